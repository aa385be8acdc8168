using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>Of all that Kafka's clients report, the first cause is told: once, and until it is over.</summary>
[TestFixture]
public class FirstCauseTests
{
    private readonly List<MemberFailure?> _told = [];
    private FirstCause _cause = null!;

    [SetUp]
    public void SetUp()
    {
        _told.Clear();
        _cause = With(("security.protocol", "SASL_SSL"), ("sasl.username", "orders"), ("sasl.password", "secret"));
    }

    [TestCase(ErrorCode.Local_Authentication, FailureReason.KafkaAccessDenied, "sasl.username")]
    [TestCase(ErrorCode.Local_Ssl, FailureReason.BrokerUnreachable, "ssl.ca.location")]
    [TestCase(ErrorCode.Local_Resolve, FailureReason.BrokerUnreachable, "DNS")]
    [TestCase(ErrorCode.Local_Transport, FailureReason.BrokerUnreachable, "network")]
    public void The_first_cause_is_told_and_not_what_follows_from_it(ErrorCode code, FailureReason reason, string advice)
    {
        _cause.Reported(new Error(code, "kafka:9092/bootstrap: the cause (after 12ms in state CONNECT, 4 identical error(s) suppressed)"));
        _cause.Reported(new Error(ErrorCode.Local_AllBrokersDown, "3/3 brokers are down"));
        Assert.That(_told, Is.Empty, "another broker may answer");
        Assert.That(_cause.IsSuspected);

        _cause.Unanswered(new Error(ErrorCode.Local_Transport, "Broker transport failure"));
        _cause.Reported(new Error(code, "GroupCoordinator: sasl_ssl://kafka:9092/1: the cause (after 34ms in state CONNECT)"));
        _cause.Unanswered(new Error(ErrorCode.Local_TimedOut, "Timed out"));

        Assert.That(_told, Has.Count.EqualTo(1));
        Assert.That(_told[0]!.Reason, Is.EqualTo(reason));
        Assert.That(_told[0]!.Message, Does.Contain("kafka:9092: the cause.").And.Contains(advice).And.Not.Contains("secret"));
    }

    [Test]
    public void A_heavier_cause_comes_in_place_of_a_lighter_one_and_not_the_reverse()
    {
        _cause.Reported(new Error(ErrorCode.Local_Transport, "Connection refused"));
        _cause.Unanswered(new Error(ErrorCode.Local_TimedOut));
        _cause.Reported(new Error(ErrorCode.Local_Authentication, "invalid credentials"));
        _cause.Unanswered(new Error(ErrorCode.Local_TimedOut));
        _cause.Reported(new Error(ErrorCode.Local_Transport, "Connection refused"));
        _cause.Unanswered(new Error(ErrorCode.Local_TimedOut));

        Assert.That(_told.Select(failure => failure?.Reason), Is.EqualTo(new FailureReason?[] { FailureReason.BrokerUnreachable, FailureReason.KafkaAccessDenied }));
    }

    [TestCase("kafka:9092/bootstrap: refused")]
    [TestCase("kafka:9092/1: refused")]
    [TestCase("sasl_ssl://kafka:9092/1: refused")]
    [TestCase("GroupCoordinator: kafka:9092: refused")]
    public void One_broker_has_one_name_whatever_connection_to_it_fails(string reason)
    {
        _cause.Reported(new Error(ErrorCode.Local_Transport, reason));
        _cause.Unanswered(new Error(ErrorCode.Local_TimedOut));
        Assert.That(_told[^1]!.Message, Does.StartWith("Kafka does not answer: kafka:9092: refused. "));
    }

    [Test]
    public void What_Kafka_answers_is_not_explained_by_a_broker_that_is_away()
    {
        _cause.Reported(new Error(ErrorCode.Local_Transport, "Connection refused"));
        _cause.Unanswered(new Error(ErrorCode.PolicyViolation, "Too few replicas"));
        Assert.That(_told[^1]!.Message, Does.Contain("Kafka refuses: Too few replicas").And.Not.Contains("refused"));
    }

    [Test]
    public void One_broker_of_several_that_is_away_is_no_cause_and_an_answer_is_the_all_clear()
    {
        _cause.Reported(new Error(ErrorCode.Local_Transport, "Connection refused"));
        _cause.Answered();
        Assert.That((_told.Count, _cause.IsSuspected), Is.EqualTo((0, false)));

        _cause.Unanswered(new Error(ErrorCode.Local_TimedOut, "Timed out"));
        Assert.That(_told[^1]!.Message, Does.Contain("Timed out"), "what was reported before the answer is over");
        _cause.Answered();
        Assert.That(_told[^1], Is.Null);
    }

    [Test]
    public void A_missing_right_is_named_with_the_command_that_grants_it_until_it_is_there()
    {
        _cause.RightsFound([new TopicRight(AclOperation.Read, "_e2ekafka.grants"), new TopicRight(AclOperation.Write, "_e2ekafka.grants"), new TopicRight(AclOperation.Read, "_e2ekafka.requests")]);

        Assert.That(_told[^1]!.Reason, Is.EqualTo(FailureReason.KafkaAccessDenied));
        Assert.That(_told[^1]!.Message, Does.Contain("User 'orders' lacks Read on topic _e2ekafka.grants, Write on topic _e2ekafka.grants, Read on topic _e2ekafka.requests")
            .And.Contains("kafka-acls.sh --bootstrap-server kafka:9092 --command-config ADMIN.PROPERTIES --add --allow-principal User:orders --operation Read --operation Write --topic _e2ekafka.grants"));
        Assert.That(_cause.LacksRights);

        _cause.RightsFound([]);
        Assert.That((_told[^1], _cause.LacksRights), Is.EqualTo(((MemberFailure?)null, false)));
    }

    [TestCase("PLAINTEXT", "User:ANONYMOUS")]
    [TestCase("SSL", "User:ANONYMOUS")]
    [TestCase("SASL_PLAINTEXT", "User:NAME")]
    public void A_user_whose_name_the_settings_do_not_tell_is_left_to_fill_in(string protocol, string principal)
    {
        _cause = With(("security.protocol", protocol));
        _cause.RightsFound([new TopicRight(AclOperation.Read, "_e2ekafka.grants")]);
        Assert.That(_told[^1]!.Message, Does.Contain($"--allow-principal {principal} "));
    }

    [Test]
    public void A_record_that_Kafka_finds_too_large_is_named_with_its_topic_size_and_the_command_until_one_is_taken()
    {
        _cause.TooLarge("_e2ekafka.grants", 170_000);
        Assert.That(_told[^1]!.Reason, Is.EqualTo(FailureReason.ControlTopicMisconfigured));
        Assert.That(_told[^1]!.Message, Does.Contain("170000 bytes").And.Contains("--entity-name _e2ekafka.grants --add-config max.message.bytes=263168"));

        _cause.Written("_e2ekafka.members", 170_000);
        _cause.Written("_e2ekafka.grants", 900);
        Assert.That(_told[^1], Is.Not.Null);
        _cause.Written("_e2ekafka.grants", 170_000);
        Assert.That(_told[^1], Is.Null);
    }

    private FirstCause With(params (string Name, string Value)[] settings) => new(
        settings.Append(("bootstrap.servers", "kafka:9092")).ToDictionary(setting => setting.Item1, setting => setting.Item2), _told.Add);
}

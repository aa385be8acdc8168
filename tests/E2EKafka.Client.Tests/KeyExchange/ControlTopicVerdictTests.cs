using System.Collections.Immutable;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>What is said of control topics whose settings are not those that the project needs.</summary>
[TestFixture]
public class ControlTopicVerdictTests
{
    private const string Authority = "_e2ekafka.authority";
    private const string Sessions = "_e2ekafka.sessions";
    private const string Tool = "--bootstrap-server kafka:9092";

    private TestProject _project = null!;

    [SetUp]
    public void SetUp() => _project = new TestProject();

    [TearDown]
    public void TearDown() => _project.Dispose();

    [Test]
    public void Nothing_is_said_of_topics_as_they_should_be() =>
        Assert.That(Judge(_ => { }), Is.EqualTo(ControlTopicVerdict.None));

    [Test]
    public void Nothing_is_said_of_what_Kafka_did_not_say() => Assert.That(
        ControlTopicVerdict.Of(_project.Document, Facts(_project.Document.ControlTopics.ToDictionary(topic => topic.Name, _ => new FoundTopic(KeepsWritersTime: true)))),
        Is.EqualTo(ControlTopicVerdict.None));

    [TestCase("compact")]
    [TestCase("compact,delete")]
    [TestCase("delete,compact")]
    public void A_compacted_topic_is_refused(string policy)
    {
        var verdict = Judge(settings => settings["cleanup.policy"] = policy);

        Assert.Multiple(() =>
        {
            Assert.That(verdict.Refusal?.Reason, Is.EqualTo(FailureReason.ControlTopicMisconfigured));
            Assert.That(verdict.Refusal?.Message, Does.Contain(Authority).And.Contain($"cleanup.policy is {policy} and must be delete").And.EndsWith(
                $"kafka-configs.sh {Tool} --alter --entity-type topics --entity-name {Authority} --add-config cleanup.policy=delete"));
            Assert.That(verdict.Warning, Is.Null);
        });
    }

    [Test]
    public void Where_Kafka_hides_the_settings_its_refusal_of_a_record_without_a_key_shows_compaction() => Assert.That(
        Judge(new FoundTopic(1, IsDenied: true, RefusesRecordsWithoutKey: true)).Refusal?.Reason, Is.EqualTo(FailureReason.ControlTopicMisconfigured));

    [TestCase("message.timestamp.type", "CreateTime", "LogAppendTime")]
    [TestCase("retention.ms", "604800000", "1209600000")]
    [TestCase("retention.ms", "0", "1209600000")]
    [TestCase("cleanup.policy", "", "delete")]
    [TestCase("retention.bytes", "1073741824", "-1")]
    public void Another_wrong_setting_is_a_warning_with_the_command_that_corrects_it(string name, string found, string needed)
    {
        var verdict = Judge(settings => settings[name] = found);

        Assert.Multiple(() =>
        {
            Assert.That(verdict.Refusal, Is.Null);
            Assert.That(verdict.Warning, Does.Contain(Authority).And.Contain(name).And.Contain(found).And.Contain(needed).And.EndsWith(
                $"Run: kafka-configs.sh {Tool} --alter --entity-type topics --entity-name {Authority} --add-config {name}={needed}"));
        });
    }

    [Test]
    public void A_topic_with_a_brokers_own_defaults_gets_one_command() => Assert.That(
        Judge(settings => (settings["message.timestamp.type"], settings["retention.ms"]) = ("CreateTime", "604800000")).Warning,
        Does.EndWith("--add-config message.timestamp.type=LogAppendTime,retention.ms=1209600000"));

    [TestCase("-1")]
    [TestCase("9223372036854775807")]
    [TestCase("no number")]
    public void A_topic_that_keeps_records_for_longer_is_right(string retention) =>
        Assert.That(Judge(settings => settings["retention.ms"] = retention), Is.EqualTo(ControlTopicVerdict.None));

    [Test]
    public void A_policy_that_needs_a_longer_retention_makes_the_same_topic_wrong()
    {
        var facts = Facts(AsNeeded());
        _project.Authority.SetPolicy(Policy.AnyMember with { Topics = [new TopicRequirements { Topic = "orders", KeyRetention = TimeSpan.FromDays(30) }] });

        Assert.That(ControlTopicVerdict.Of(_project.Authority.Document, facts).Warning, Does.Contain(Sessions).And.Contain("retention.ms=2764800000"));
    }

    [Test]
    public void The_writers_time_on_a_record_counts_only_where_Kafka_hides_the_setting()
    {
        var needed = AsNeeded()[Authority];

        Assert.Multiple(() =>
        {
            Assert.That(Judge(new FoundTopic(1, IsDenied: true, KeepsWritersTime: true)).Warning, Does.Contain("CreateTime").And.Contain("message.timestamp.type=LogAppendTime"));
            Assert.That(Judge(new FoundTopic(1, IsDenied: true)), Is.EqualTo(ControlTopicVerdict.None));
            Assert.That(Judge(needed with { KeepsWritersTime = true }), Is.EqualTo(ControlTopicVerdict.None), "the record is from before the correction");
            Assert.That(Judge(new FoundTopic(1, KeepsWritersTime: true)), Is.EqualTo(ControlTopicVerdict.None), "a Kafka that has no settings");
        });
    }

    [Test]
    public void Partitions_are_counted()
    {
        var tooFew = Judge(AsNeeded()[Sessions] with { Partitions = 7 }, Sessions);
        var tooMany = Judge(AsNeeded()[Authority] with { Partitions = 2 });
        var missing = Judge(new FoundTopic(0));

        Assert.Multiple(() =>
        {
            Assert.That(tooFew.Refusal?.Reason, Is.EqualTo(FailureReason.ControlTopicMissing));
            Assert.That(tooFew.Refusal?.Message, Does.Contain("7 partitions and needs 8").And.EndsWith($"kafka-topics.sh {Tool} --alter --topic {Sessions} --partitions 8"));
            Assert.That(tooMany.Refusal, Is.Null);
            Assert.That(tooMany.Warning, Does.Contain("2 partitions and needs 1"));
            Assert.That(missing.Refusal, Is.Null);
            Assert.That(missing.Warning, Does.Contain("missing").And.Contain(
                $"kafka-topics.sh {Tool} --create --topic {Authority} --partitions 1 --config cleanup.policy=delete --config message.timestamp.type=LogAppendTime --config retention.ms=1209600000"));
        });
    }

    [Test]
    public void Outside_of_development_a_topic_that_keeps_the_writers_time_is_refused()
    {
        using var project = new TestProject(isDevelopment: false);
        var topics = AsNeeded();
        topics[Sessions] = new FoundTopic(8, new Dictionary<string, string>(topics[Sessions].Settings!) { ["message.timestamp.type"] = "CreateTime" });
        var verdict = ControlTopicVerdict.Of(project.Document, Facts(topics));

        Assert.Multiple(() =>
        {
            Assert.That(verdict.Refusal?.Reason, Is.EqualTo(FailureReason.ControlTopicMisconfigured));
            Assert.That(verdict.Refusal?.Message, Does.Contain(Sessions).And.EndsWith("--add-config message.timestamp.type=LogAppendTime"));
        });
    }

    private ControlTopicVerdict Judge(Action<Dictionary<string, string>> change)
    {
        var settings = new Dictionary<string, string>(AsNeeded()[Authority].Settings!);
        change(settings);
        return Judge(new FoundTopic(1, settings));
    }

    private ControlTopicVerdict Judge(FoundTopic found, string topic = Authority)
    {
        var topics = AsNeeded();
        topics[topic] = found;
        return ControlTopicVerdict.Of(_project.Document, Facts(topics));
    }

    private Dictionary<string, FoundTopic> AsNeeded() =>
        _project.Document.ControlTopics.ToDictionary(topic => topic.Name, topic => new FoundTopic(topic.Partitions, topic.Settings));

    private static ControlTopicFacts Facts(Dictionary<string, FoundTopic> topics) => new(topics.ToImmutableDictionary(), Tool);
}

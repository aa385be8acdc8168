using System.Collections.Immutable;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>A data topic whose records outlive their keys is told of; one that keeps them for ever, and of which policy says nothing, is not sent to.</summary>
[TestFixture]
public class DataTopicKeysTests
{
    private const string Topic = "orders";

    private ControlNetwork _network = null!;

    [SetUp]
    public void SetUp() => _network = new ControlNetwork();

    [TearDown]
    public void TearDown() => _network.Dispose();

    [Test]
    public void A_compacted_topic_is_sent_to_only_when_policy_states_how_long_its_keys_are_kept()
    {
        _network.Join(consume: [Topic], vault: new DurableVault());
        var producer = _network.Join(produce: [Topic, "other"]);
        producer.Exchange.TopicsFound(Facts(("cleanup.policy", "compact"), ("retention.ms", "604800000")));
        _network.Settle();
        var (before, another, ready) = (producer.WhyItCannotSend(Topic), producer.WhyItCannotSend("other"), producer.Exchange.NotReady);
        _network.Demand(new TopicRequirements { Topic = Topic, KeyRetention = TimeSpan.FromDays(3650) });
        _network.Settle();

        Assert.Multiple(() =>
        {
            Assert.That(before, Is.EqualTo(FailureReason.KeyRetentionNotStated));
            Assert.That(another, Is.Not.EqualTo(FailureReason.KeyRetentionNotStated));
            Assert.That(ready, Is.Null);
            Assert.That(producer.WhyItCannotSend(Topic), Is.Null);
        });
    }

    [TestCase("delete", 604_800_000, null)]
    [TestCase("delete", 604_800_001, "keeps records for 7 days")]
    [TestCase("compact,delete", 604_800_000, null)]
    [TestCase("compact,delete", 2_592_000_000, "keeps records for 30 days")]
    [TestCase("delete", -1, "keeps records for ever")]
    [TestCase("delete", long.MaxValue, "keeps records for ever")]
    public void A_topic_whose_records_outlive_their_keys_is_warned_of(string policy, long retention, string? warning)
    {
        var verdict = ControlTopicVerdict.Of(_network.Project.Document, Facts(("cleanup.policy", policy), ("retention.ms", $"{retention}")));

        Assert.Multiple(() =>
        {
            Assert.That(verdict.Refusal, Is.Null);
            Assert.That(verdict.Warning, warning is null ? Is.Null : Does.StartWith($"Topic {Topic}: Kafka {warning}, their keys end 7 days after their session"));
        });
    }

    [TestCase(null, null)]
    [TestCase("cleanup.policy", "delete")]
    [TestCase("retention.ms", "no number")]
    public void Nothing_is_said_of_what_Kafka_did_not_say(string? name, string? value) => Assert.That(
        ControlTopicVerdict.Of(_network.Project.Document, name is null ? Facts() : Facts((name, value!))), Is.EqualTo(ControlTopicVerdict.None));

    [Test]
    public void Nothing_is_said_of_a_topic_with_a_stated_retention([Values("compact", "delete")] string policy)
    {
        _network.SetPolicy(Policy.AnyMember with { Topics = [new TopicRequirements { Topic = Topic, KeyRetention = TimeSpan.FromDays(30) }] });

        Assert.That(ControlTopicVerdict.Of(_network.Project.Document, Facts(("cleanup.policy", policy), ("retention.ms", "-1"))), Is.EqualTo(ControlTopicVerdict.None));
    }

    [TestCase("compact", "604800000")]
    [TestCase("compact,delete", "-1")]
    public void A_topic_that_is_compacted_and_kept_for_ever_is_refused(string policy, string retention) => Assert.That(
        DataTopicKeys.RefusalOf(Topic, TimeSpan.FromDays(7), new Dictionary<string, string> { ["cleanup.policy"] = policy, ["retention.ms"] = retention })?.Reason,
        Is.EqualTo(FailureReason.KeyRetentionNotStated));

    private static ControlTopicFacts Facts(params (string Name, string Value)[] settings) => new(ImmutableDictionary<string, FoundTopic>.Empty, "")
    {
        DataTopics = ImmutableDictionary<string, IReadOnlyDictionary<string, string>>.Empty.Add(Topic, settings.ToDictionary(setting => setting.Name, setting => setting.Value)),
    };
}

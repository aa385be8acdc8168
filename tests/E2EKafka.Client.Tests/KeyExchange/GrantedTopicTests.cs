using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>What is granted to a member for a topic that it does not read at the moment is not lost.</summary>
[TestFixture]
public class GrantedTopicTests
{
    private const string Topic = "orders";

    private ControlNetwork _network = null!;

    [SetUp]
    public void SetUp() => _network = new ControlNetwork();

    [TearDown]
    public void TearDown() => _network.Dispose();

    [Test]
    public void A_topic_that_is_consumed_again_opens_what_was_granted_meanwhile_though_all_holders_are_gone([Values] bool restarts)
    {
        var vault = new DurableVault();
        var other = TopicOfAnotherPartition();
        _network.Kill(_network.Join(consume: [Topic, other], vault: vault));

        // Its key package still names both topics.
        var without = _network.Join(consume: [other], vault: vault);
        var producer = _network.Join(produce: [Topic]);
        var message = producer.Send(Topic, "meanwhile");
        _network.Kill(producer);
        _network.Pass(TimeSpan.FromSeconds(10));
        if (restarts)
        {
            without.Exchange.WriteCheckpoint();
            _network.Kill(without);
            without = _network.Join(consume: [other, Topic], vault: vault);
        }
        else
        {
            without.Exchange.Consume(Topic);
            _network.Settle();
        }

        _network.Settle();
        Assert.That(without.Open(Topic, message), Is.EqualTo("meanwhile"));
    }

    private string TopicOfAnotherPartition() =>
        Enumerable.Range(0, 100).Select(i => $"topic-{i}").First(topic => _network.SessionsOf(topic) != _network.SessionsOf(Topic));
}

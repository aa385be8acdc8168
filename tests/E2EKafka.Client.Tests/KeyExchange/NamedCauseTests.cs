using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>A message names the cause that the member knows, and what to do about that one.</summary>
[TestFixture]
public class NamedCauseTests
{
    private const string Topic = "orders";

    private ControlNetwork _network = null!;

    [SetUp]
    public void SetUp() => _network = new ControlNetwork();

    [TearDown]
    public void TearDown() => _network.Dispose();

    [Test]
    public void Without_any_key_package_no_reader_is_named() => Assert.That(
        WhyNotDurable(), Does.Contain("no consumer has published a key package").And.Contain("vault is in memory").And.Contain($"names '{Topic}' in Consume"));

    [Test]
    public void Key_packages_for_other_topics_are_counted_and_their_topics_named()
    {
        _network.Join(consume: ["payments"]);
        _network.Join(consume: ["payments", "invoices"]);

        Assert.That(WhyNotDurable(), Does.Contain("2 consumers have a key package").And.Contain("2 for other topics (invoices, payments)").And.Contain($"name '{Topic}' in Consume")
            .And.Not.Contain("no consumer has"));
    }

    [Test]
    public void A_reader_that_policy_does_not_let_read_is_named_as_such()
    {
        _network.SetPolicy(new Policy
        {
            Produce = [new PolicyRule { Topics = [Topic] }],
            Consume = [new PolicyRule { Topics = ["payments"] }],
        });
        _network.Join(consume: [Topic, "payments"]);

        Assert.That(WhyNotDurable(), Does.Contain("1 consumer has a key package").And.Contain("1 whose owner may not consume the topic by policy").And.Contain("rule"));
    }

    [Test]
    public void A_key_package_that_expired_or_was_taken_back_is_named_as_such()
    {
        _network.Kill(_network.Join(consume: [Topic]));
        var leaving = _network.Join(consume: [Topic]);
        leaving.Exchange.Leave(static () => { });
        _network.Settle();
        _network.Kill(leaving);
        _network.Pass(TimeSpan.FromHours(25));

        Assert.That(WhyNotDurable(), Does.Contain("2 consumers have a key package").And.Contain("1 expired").And.Contain("1 taken back").And.Contain("Check that the consumer runs"));
    }

    [Test]
    public void A_reader_that_was_removed_is_named_as_such()
    {
        _network.Revoke(_network.Join(consume: [Topic]), RevocationKind.Departed);

        Assert.That(WhyNotDurable(), Does.Contain("1 whose owner was removed from the project"));
    }

    [Test]
    public void A_vault_in_a_file_is_not_said_to_be_in_memory_where_policy_keeps_no_keys()
    {
        _network.Demand(new TopicRequirements { Topic = Topic, KeyRetention = TimeSpan.Zero });

        Assert.That(WhyNotDurable(new DurableVault()), Does.Contain("key retention to zero").And.Not.Contain("in memory"));
    }

    [Test]
    public void A_reader_that_joined_later_is_told_so_and_one_without_a_right_too()
    {
        _network.Demand(new TopicRequirements { Topic = Topic, History = HistoryAccess.SinceEnrollment });
        _network.Join(consume: [Topic]);
        _network.Clock.Advance(TimeSpan.FromSeconds(5));
        var producer = _network.Join(produce: [Topic]);
        var message = producer.Send(Topic);
        _network.Clock.Advance(TimeSpan.FromSeconds(5));
        var late = _network.Join(consume: [Topic]);

        var history = WhyNotOpened(late, message);
        _network.SetPolicy(new Policy { Produce = [new PolicyRule { Topics = [Topic] }], Consume = [] });
        _network.Settle();
        var policy = WhyNotOpened(late, message);

        Assert.Multiple(() =>
        {
            Assert.That((history.Reason, history.Message), Is.EqualTo((FailureReason.ReaderNotAuthorized, history.Message)));
            Assert.That(history.Message, Does.Contain("before it joined"));
            Assert.That((policy.Reason, policy.Message), Is.EqualTo((FailureReason.ReaderNotAuthorized, policy.Message)));
            Assert.That(policy.Message, Does.Contain("does not let this member consume").And.Contain("rule").And.Not.Contain("joined"));
        });
    }

    private static MessageOpenException WhyNotOpened(NetworkMember member, byte[] message)
    {
        try
        {
            throw new AssertionException($"It was opened: {member.Open(Topic, message)}");
        }
        catch (MessageOpenException e)
        {
            return e;
        }
    }

    private string WhyNotDurable(IVaultStore? vault = null)
    {
        _network.Settle();
        var producer = _network.Join(produce: [Topic], vault: vault);
        _network.Settle();
        var failure = producer.Sending(Topic).Failure;
        Assert.That(failure?.Reason, Is.EqualTo(FailureReason.NoDurableReader));
        return failure!.Message;
    }
}

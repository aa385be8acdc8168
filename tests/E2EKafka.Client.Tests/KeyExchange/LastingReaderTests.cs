using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>What a producer without a durable vault needs before it sends: readers that keep their keys.</summary>
[TestFixture]
public class LastingReaderTests
{
    private const string Topic = "orders";

    private ControlNetwork _network = null!;

    [SetUp]
    public void SetUp() => _network = new ControlNetwork(isDevelopment: false);

    [TearDown]
    public void TearDown() => _network.Dispose();

    [Test]
    public void A_reader_that_keeps_its_keys_in_memory_is_not_enough()
    {
        _network.Join(consume: [Topic]);
        var producer = _network.Join(produce: [Topic]);
        var before = producer.WhyItCannotSend(Topic);
        var text = TextOf(producer);
        _network.Join(consume: [Topic], vault: new DurableVault());

        Assert.Multiple(() =>
        {
            Assert.That(before, Is.EqualTo(FailureReason.NoDurableReader));
            Assert.That(text, Does.Contain("1 whose owner keeps its keys in memory").And.Contain("durable vault"));
            Assert.That(producer.WhyItCannotSend(Topic), Is.Null);
        });
    }

    [Test]
    public void In_a_development_project_it_is()
    {
        using var development = new ControlNetwork(isDevelopment: true);
        development.Join(consume: [Topic]);

        Assert.That(development.Join(produce: [Topic]).WhyItCannotSend(Topic), Is.Null);
    }

    [Test]
    public void An_archive_reader_is_whatever_its_package_says()
    {
        var archive = _network.Join(consume: [Topic]);
        _network.Demand(new TopicRequirements { Topic = Topic, ArchiveReaders = [archive.Identifier] });

        Assert.That(_network.Join(produce: [Topic]).WhyItCannotSend(Topic), Is.Null);
    }

    [Test]
    public void Where_no_vault_keeps_the_topics_keys_any_reader_is()
    {
        _network.Demand(new TopicRequirements { Topic = Topic, KeyRetention = TimeSpan.Zero });
        _network.Join(consume: [Topic]);

        Assert.That(_network.Join(produce: [Topic]).WhyItCannotSend(Topic), Is.Null);
    }

    [Test]
    public void With_macs_each_reader_group_needs_one_and_the_group_without_is_named()
    {
        _network.Demand(new TopicRequirements
        {
            Topic = Topic,
            Authentication = MessageAuthentication.Mac,
            ReaderGroups = new ReaderGroups { Attribute = "service", Values = ["billing", "audit"] },
        });
        _network.Join(consume: [Topic], vault: new DurableVault(), attributes: ("service", "billing"));
        var producer = _network.Join(produce: [Topic]);
        var (withBilling, withoutAudit) = (producer.WhyItCannotSend(Topic), TextOf(producer));
        _network.Join(consume: [Topic], attributes: ("service", "audit"));
        var inMemory = TextOf(producer);
        _network.Join(consume: [Topic], vault: new DurableVault(), attributes: ("service", "audit"));

        Assert.Multiple(() =>
        {
            Assert.That(withBilling, Is.EqualTo(FailureReason.NoDurableReader));
            Assert.That(withoutAudit, Does.StartWith("No member of reader group audit (service) could open").And.Contain("no consumer of it has published"));
            Assert.That(inMemory, Does.Contain("1 whose owner keeps its keys in memory"));
            Assert.That(producer.WhyItCannotSend(Topic), Is.Null);
        });
    }

    [Test]
    public void A_durable_vault_of_the_producers_is_enough() =>
        Assert.That(_network.Join(produce: [Topic], vault: new DurableVault()).WhyItCannotSend(Topic), Is.Null);

    private static string TextOf(NetworkMember producer)
    {
        try
        {
            producer.Send(Topic);
            return "";
        }
        catch (EndToEndKafkaException e)
        {
            return e.Message;
        }
    }
}

using System.Collections.Immutable;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>What a member had published on a control topic, and the topic has lost, it publishes again as far as it is still needed.</summary>
[TestFixture]
public class LostRecordsTests
{
    private const string Topic = "orders";

    private ControlNetwork _network = null!;
    private DurableVault _vault = null!;
    private NetworkMember _producer = null!;

    private ControlPartition Sessions => _network.SessionsOf(Topic);

    [SetUp]
    public void SetUp()
    {
        _network = new ControlNetwork(isDevelopment: false);
        _vault = new DurableVault();
        _producer = _network.Join(produce: [Topic], vault: _vault);
        _producer.Send(Topic);
    }

    [TearDown]
    public void TearDown() => _network.Dispose();

    [Test]
    public void A_member_that_enrolls_after_the_announcements_were_deleted_reads_the_live_session([Values] bool restarts)
    {
        var first = _producer.Send(Topic, "first");
        var session = _producer.SessionOf(Topic);
        if (restarts)
        {
            _producer.Exchange.WriteCheckpoint();
            _network.Kill(_producer);
            _network.CutOff(Sessions);
            _producer = _network.Join(produce: [Topic], vault: _vault);
        }
        else
        {
            _network.CutOff(Sessions);
        }

        _network.Pass(TimeSpan.FromSeconds(30));
        var late = _network.Join(consume: [Topic], vault: new DurableVault());
        var next = _producer.Send(Topic, "next");
        _network.Pass(TimeSpan.FromSeconds(30));
        Assert.Multiple(() =>
        {
            if (!restarts)
                Assert.That(_producer.SessionOf(Topic), Is.EqualTo(session), "it is not dropped");
            Assert.That(late.Open(Topic, first), Is.EqualTo("first"));
            Assert.That(late.Open(Topic, next), Is.EqualTo("next"));
            Assert.That(_network.Log.Lines, Has.Exactly(1).Contains("publishes again").And.Contains("Sessions"));
        });
    }

    [Test]
    public void A_topic_that_was_created_again_while_the_vault_was_damaged_gets_the_announcements_again()
    {
        var first = _producer.Send(Topic, "first");
        _producer.Exchange.WriteCheckpoint();
        _network.Kill(_producer);
        _network.In(Sessions).Clear();

        // With damage, all is read from the start, and no offset shows that the topic is another.
        _vault.Unreadable = ["checkpoint/one"];
        _producer = _network.Join(produce: [Topic], vault: _vault);
        _network.Pass(TimeSpan.FromSeconds(30));
        var late = _network.Join(consume: [Topic], vault: new DurableVault());
        _network.Pass(TimeSpan.FromSeconds(30));

        Assert.That(late.Open(Topic, first), Is.EqualTo("first"));
    }

    [Test]
    public void What_stands_behind_the_deleted_records_is_not_published_again()
    {
        _network.Pass(TimeSpan.FromHours(3), TimeSpan.FromMinutes(1));
        var announced = Announced();
        var behind = _network.In(Sessions).Count;
        _network.CutOff(Sessions);
        _network.Pass(TimeSpan.FromSeconds(10));
        var again = Announced();
        _network.Pass(TimeSpan.FromMinutes(5));
        Assert.Multiple(() =>
        {
            Assert.That(again.Skip(announced.Count).SelectMany(record => record.Statements), Has.Exactly(announced.SelectMany(record => record.Statements).Distinct().Count()).Items);
            Assert.That(_network.In(Sessions), Has.Count.EqualTo(behind + 1), "in one record, once");
        });
    }

    [Test]
    public void A_key_package_that_was_deleted_is_published_again_and_the_member_stays_ready()
    {
        var consumer = _network.Join(consume: [Topic], vault: new DurableVault());
        _network.CutOff(ControlPartition.Members);
        var late = _network.Join(produce: [Topic], vault: new DurableVault());
        _network.Pass(TimeSpan.FromSeconds(30));
        var message = late.Send(Topic, "from a producer that never read the first package");
        _network.Pass(TimeSpan.FromSeconds(30));
        Assert.Multiple(() =>
        {
            Assert.That(consumer.Exchange.NotReady, Is.Null);
            Assert.That(consumer.Open(Topic, message), Does.StartWith("from a producer"));
            Assert.That(_network.In(ControlPartition.Members).Skip(_network.StartOf(ControlPartition.Members)).Count(), Is.EqualTo(1));
        });
    }

    [Test]
    public void A_topic_with_another_id_is_read_from_its_start_and_published_to_again()
    {
        var consumer = _network.Join(consume: [Topic], vault: new DurableVault());
        Show("first");
        var message = _producer.Send(Topic, "hello");
        var session = _producer.SessionOf(Topic);

        // The other topic has as many records, so that no offset tells that it is another.
        var records = _network.In(Sessions);
        var count = records.Count;
        records.Clear();
        for (var i = 0; i < count; i++)
            _network.Append(Sessions, "of another");
        Show("second");
        _network.Pass(TimeSpan.FromSeconds(30));
        var late = _network.Join(consume: [Topic], vault: new DurableVault());
        _network.Pass(TimeSpan.FromSeconds(30));
        Assert.Multiple(() =>
        {
            Assert.That(_producer.SessionOf(Topic), Is.EqualTo(session));
            Assert.That(late.Open(Topic, message), Is.EqualTo("hello"));
            Assert.That(consumer.Exchange.Report.Skipped.GetValueOrDefault(RecordProblem.Malformed), Is.EqualTo(count), "all of it was read");
        });

        void Show(string id)
        {
            var facts = new ControlTopicFacts(
                _network.Project.Document.ControlTopics.ToImmutableDictionary(topic => topic.Name, topic => new FoundTopic(topic.Partitions, topic.Settings, Id: id)), "");
            _producer.Exchange.TopicsFound(facts);
            consumer.Exchange.TopicsFound(facts);
            consumer.Exchange.TopicsFound(facts);
        }
    }

    private List<SessionAnnouncement> Announced() =>
        [.. _network.In(Sessions, RecordTypes.Announcement).Select(jws => SessionAnnouncement.Read(jws)!)];
}

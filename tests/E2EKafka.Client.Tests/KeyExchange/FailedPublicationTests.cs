using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>A broker that takes nothing, or does not say that it has.</summary>
[TestFixture]
public class FailedPublicationTests
{
    private const string Topic = "orders";

    private ControlNetwork _network = null!;

    [SetUp]
    public void SetUp() => _network = new ControlNetwork();

    [TearDown]
    public void TearDown() => _network.Dispose();

    [Test]
    public void A_session_whose_announcement_is_not_known_to_be_durable_is_never_used([Values] bool written)
    {
        var consumer = _network.Join(consume: [Topic]);
        var producer = _network.Join();
        producer.FateOf = publication => publication.Partition.Topic == ControlTopicKind.Sessions ? Unacknowledged(written) : Fate.Written;
        var during = new List<FailureReason?>();
        for (var i = 0; i < 30; i++)
        {
            during.Add(producer.WhyItCannotSend(Topic));
            _network.Pass(TimeSpan.FromSeconds(1));
        }

        producer.FateOf = _ => Fate.Written;
        _network.Pass(TimeSpan.FromMinutes(1));

        Assert.That(during, Is.All.EqualTo(FailureReason.SessionNotReady));
        Assert.That(consumer.Open(Topic, producer.Send(Topic, "hello")), Is.EqualTo("hello"));
    }

    [Test]
    public void A_successor_that_could_not_be_announced_is_tried_again_in_time()
    {
        var consumer = _network.Join(consume: [Topic]);
        var producer = _network.Join(produce: [Topic]);
        var losses = 0;
        producer.FateOf = publication => publication.Partition.Topic == ControlTopicKind.Sessions && losses++ < 3 ? Fate.Lost : Fate.Written;
        _network.Pass(TimeSpan.FromMinutes(61), TimeSpan.FromSeconds(10));

        Assert.That(losses, Is.GreaterThan(3));
        Assert.That(consumer.Open(Topic, producer.Send(Topic, "hello")), Is.EqualTo("hello"));
    }

    [Test]
    public void A_package_that_a_wrong_clock_dated_is_signed_again_in_a_development_project_too()
    {
        var consumer = _network.Join(consume: [Topic], ahead: TimeSpan.FromHours(-1));
        _network.Pass(TimeSpan.FromSeconds(10));
        consumer.Clock.Ahead = TimeSpan.Zero;
        var producer = _network.Join(produce: [Topic], vault: new DurableVault());
        _network.Pass(TimeSpan.FromMinutes(6), TimeSpan.FromSeconds(10));

        Assert.That(consumer.Open(Topic, producer.Send(Topic, "hello")), Is.EqualTo("hello"));
    }

    [Test]
    public void A_package_that_its_topic_has_lost_is_published_again_after_a_crash_too([Values] bool isDamaged)
    {
        var vault = new DurableVault();
        var consumer = _network.Join(consume: [Topic], vault: vault);
        _network.Pass(TimeSpan.FromSeconds(10));
        consumer.IsCutOff = isDamaged;
        consumer.FateOf = publication => publication.Partition == ControlPartition.Members ? Fate.Lost : Fate.Written;
        _network.In(ControlPartition.Members).Clear();
        _network.Pass(TimeSpan.FromSeconds(10));
        _network.Kill(consumer);

        // With damage, all is read from the start, and no offset shows that the topic is another.
        vault.Unreadable = isDamaged ? ["sessions/one"] : [];
        consumer = _network.Join(consume: [Topic], vault: vault);
        var producer = _network.Join(produce: [Topic], vault: new DurableVault());
        _network.Pass(TimeSpan.FromMinutes(1));

        Assert.That(consumer.Open(Topic, producer.Send(Topic, "hello")), Is.EqualTo("hello"));
    }

    [Test]
    public void A_grant_that_was_lost_is_given_again()
    {
        var producer = _network.Join(produce: [Topic], vault: new DurableVault());
        var message = producer.Send(Topic, "hello");
        var losses = 0;
        producer.FateOf = publication => publication.Partition.Topic == ControlTopicKind.Grants && losses++ < 3 ? Fate.Lost : Fate.Written;
        var late = _network.Join(consume: [Topic]);
        _network.Pass(TimeSpan.FromSeconds(30));

        Assert.That(losses, Is.GreaterThan(3));
        Assert.That(late.Open(Topic, message), Is.EqualTo("hello"));
    }

    /// <summary>Found by the simulator (seed 2683): granting it stopped the key exchange.</summary>
    [Test]
    public void A_session_that_was_reported_lost_and_is_in_the_log_stops_nothing()
    {
        var producer = _network.Join(produce: [Topic], vault: new DurableVault());
        producer.FateOf = publication => publication.Partition.Topic == ControlTopicKind.Grants ? Fate.Lost : Fate.Written;
        _network.Join(consume: [Topic]); // its grant is lost, and to be made again in a while
        producer.FateOf = publication => publication.Partition.Topic == ControlTopicKind.Sessions ? Fate.Held : Fate.Written;
        producer.Exchange.DiscardSessions();
        _network.Settle();
        var consumer = _network.Join(consume: [Topic]); // to be granted the session that is being announced, too
        producer.FateOf = _ => Fate.Written;
        producer.WriteHeld(acknowledged: false);
        _network.Pass(TimeSpan.FromSeconds(30));

        Assert.That(consumer.Open(Topic, producer.Send(Topic, "hello")), Is.EqualTo("hello"));
    }

    /// <summary>Found by the simulator (seed 5838): a process that is suspended with a grant in its hands writes it days later.</summary>
    [Test]
    public void A_grant_that_was_written_when_its_key_package_was_gone_is_given_again()
    {
        var producer = _network.Join(produce: [Topic], vault: new DurableVault());
        var message = producer.Send(Topic, "hello");
        producer.FateOf = publication => publication.Partition.Topic == ControlTopicKind.Grants ? Fate.Held : Fate.Written;
        var late = _network.Join(consume: [Topic]);
        _network.Pass(TimeSpan.FromHours(60), TimeSpan.FromMinutes(10));
        producer.FateOf = _ => Fate.Written;
        producer.WriteHeld();
        _network.Pass(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(10));

        Assert.That(late.Open(Topic, message), Is.EqualTo("hello"));
    }

    [Test]
    public void A_key_package_that_was_lost_is_made_again([Values] bool written)
    {
        var consumer = _network.Join();
        var losses = 0;
        consumer.FateOf = publication => publication.Partition.Topic == ControlTopicKind.Members && losses++ < 3 ? Unacknowledged(written) : Fate.Written;
        consumer.Exchange.Consume(Topic);
        _network.Pass(TimeSpan.FromMinutes(1));
        var producer = _network.Join(produce: [Topic]);

        Assert.That(losses, Is.GreaterThan(written ? 0 : 3), "what is read back from the log was not lost");
        Assert.That(consumer.Open(Topic, producer.Send(Topic, "hello")), Is.EqualTo("hello"));
    }

    [Test]
    public void A_request_to_enroll_that_was_lost_is_made_again()
    {
        _network.AuthorityServes = false;
        var member = _network.Join(produce: [Topic], vault: new DurableVault());
        var losses = 0;
        member.FateOf = publication => publication.Partition == ControlPartition.Requests && losses++ < 3 ? Fate.Lost : Fate.Written;
        _network.AuthorityServes = true;
        _network.In(ControlPartition.Requests).Clear();
        _network.Pass(TimeSpan.FromMinutes(2));

        Assert.That(losses, Is.GreaterThan(3));
        Assert.That(member.WhyItCannotSend(Topic), Is.Null);
    }

    [Test]
    public void While_nothing_can_be_written_nothing_is_announced_over_and_over()
    {
        _network.Join(consume: [Topic]);
        var producer = _network.Join(produce: [Topic]);
        producer.Exchange.DiscardSessions();
        var attempts = 0;
        producer.FateOf = publication =>
        {
            attempts += publication.Partition.Topic == ControlTopicKind.Sessions ? 1 : 0;
            return Fate.Lost;
        };
        _network.Pass(TimeSpan.FromHours(1), TimeSpan.FromSeconds(5));

        Assert.That(attempts, Is.InRange(8, 250), "a pause is 15 s at most");
    }

    [Test]
    public void A_session_whose_secret_the_vault_did_not_take_is_not_announced()
    {
        var vault = new DurableVault();
        var producer = _network.Join(vault: vault);
        _network.Settle();
        vault.IsBroken = true;
        producer.Exchange.Produce(Topic);
        _network.Pass(TimeSpan.FromSeconds(5));

        Assert.Multiple(() =>
        {
            Assert.That(producer.WhyItCannotSend(Topic), Is.EqualTo(FailureReason.SessionNotReady));
            Assert.That(producer.Sending(Topic).Failure?.Message, Does.Contain("The disk is full."));
            Assert.That(producer.Exchange.Report.VaultWarning, Does.Contain("The disk is full."));
            Assert.That(_network.In(_network.SessionsOf(Topic)), Is.Empty);
        });

        vault.IsBroken = false;
        _network.Pass(TimeSpan.FromSeconds(30));
        Assert.Multiple(() =>
        {
            Assert.That(producer.WhyItCannotSend(Topic), Is.Null);
            Assert.That(producer.Exchange.Report.VaultWarning, Is.Null);
            Assert.That(vault.List("sessions"), Has.Count.EqualTo(1), "nothing of the sessions that were given up");
        });
    }

    [Test]
    public void While_the_disk_is_full_a_member_goes_on_with_what_it_has_and_loses_nothing()
    {
        var vault = new DurableVault();
        var both = _network.Join(produce: [Topic], consume: ["audit"], vault: vault);
        var other = _network.Join(produce: ["audit"], consume: [Topic], vault: new DurableVault());
        both.Send(Topic);
        vault.IsBroken = true;
        other.Exchange.DiscardSessions();
        _network.Pass(TimeSpan.FromMinutes(1));
        var received = other.Send("audit", "received meanwhile");
        _network.Settle();
        Assert.Multiple(() =>
        {
            Assert.That(other.Open(Topic, both.Send(Topic)), Is.EqualTo("hello"), "its session is in the vault");
            Assert.That(both.Open("audit", received), Is.EqualTo("received meanwhile"), "its key is in memory");
            Assert.That(both.Exchange.Report.VaultWarning, Is.Not.Null);
        });

        // Its session ends, and no other is made that a crash would lose.
        _network.Pass(TimeSpan.FromHours(2), TimeSpan.FromMinutes(1));
        Assert.That(both.WhyItCannotSend(Topic), Is.EqualTo(FailureReason.SessionNotReady));

        vault.IsBroken = false;
        _network.Pass(TimeSpan.FromSeconds(30));
        Assert.That(both.WhyItCannotSend(Topic), Is.Null);

        // What came while the disk was full is in the vault: the process can be killed.
        _network.Kill(both);
        var restarted = _network.Join(produce: [Topic], consume: ["audit"], vault: vault);
        _network.Kill(other);
        Assert.That(restarted.Open("audit", received), Is.EqualTo("received meanwhile"));
    }

    private static Fate Unacknowledged(bool written) => written ? Fate.WrittenUnknowingly : Fate.Lost;
}

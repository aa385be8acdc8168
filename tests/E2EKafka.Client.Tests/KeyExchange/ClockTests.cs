using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>Rules T1 to T3 and T5: a member whose clock is wrong harms nothing, says so, and goes on when it is right.</summary>
[TestFixture]
public class ClockTests
{
    private const string Topic = "orders";

    private ControlNetwork _network = null!;

    [SetUp]
    public void SetUp() => _network = new ControlNetwork(isDevelopment: false);

    [TearDown]
    public void TearDown() => _network.Dispose();

    [TestCase(-60, "0.01:00:00 behind")]
    [TestCase(3, "0.00:03:00 ahead of")]
    [TestCase(9 * 24 * 60, "9.00:00:00 ahead of")]
    public void A_member_that_starts_with_a_wrong_clock_writes_only_probes_and_says_by_how_much(int minutes, string difference)
    {
        var member = Start(TimeSpan.FromMinutes(minutes), consume: [Topic]);
        _network.Pass(TimeSpan.FromMinutes(2));

        Assert.Multiple(() =>
        {
            Assert.That(member.Ring.Failure?.Reason, Is.EqualTo(FailureReason.ClockDisagrees));
            Assert.That(member.Ring.Failure?.Message, Does.Contain(difference));
            Assert.That(WrittenBy(member).Distinct(), Is.EqualTo(new[] { RecordTypes.ClockProbe }));
            Assert.That(WrittenBy(member).Count(), Is.InRange(8, 10), "one every 15 s");
        });

        member.Clock.Ahead = TimeSpan.Zero;
        _network.Pass(TimeSpan.FromSeconds(30));
        Assert.That(member.Ring.Failure, Is.Null);
    }

    [TestCase(120)]
    [TestCase(-120)]
    public void A_difference_of_two_minutes_is_none(int seconds)
    {
        var member = Start(TimeSpan.FromSeconds(seconds), consume: [Topic]);

        Assert.That(member.Ring.Failure, Is.Null);
    }

    [TestCase(121)]
    [TestCase(-121)]
    public void A_difference_of_more_than_two_minutes_is_one(int seconds)
    {
        var member = Start(TimeSpan.FromSeconds(seconds), consume: [Topic]);

        Assert.That(member.Ring.Failure?.Reason, Is.EqualTo(FailureReason.ClockDisagrees));
    }

    [TestCase(9)]
    [TestCase(3000)]
    public void A_clock_that_is_days_fast_destroys_nothing(int days)
    {
        var vault = new DurableVault();
        var (consumer, message) = Exchange(vault);
        var before = Names(vault);
        consumer.Clock.Ahead = TimeSpan.FromDays(days);
        _network.Pass(TimeSpan.FromMinutes(10), TimeSpan.FromSeconds(10));
        var whileWrong = consumer.WhyItCannotOpen(Topic, message);

        // It starts with the wrong clock, too.
        _network.Kill(consumer);
        consumer = Start(TimeSpan.FromDays(days), consume: [Topic], vault: vault);
        _network.Pass(TimeSpan.FromMinutes(1));
        var kept = Names(vault);
        consumer.Clock.Ahead = TimeSpan.Zero;
        _network.Pass(TimeSpan.FromSeconds(30));

        Assert.Multiple(() =>
        {
            Assert.That(whileWrong, Is.EqualTo(FailureReason.ClockDisagrees));
            Assert.That(FailureReason.ClockDisagrees.Kind(), Is.EqualTo(FailureKind.Transient), "a record waits");
            Assert.That(kept, Is.SupersetOf(before));
            Assert.That(consumer.Open(Topic, message), Is.EqualTo("hello"));
        });
    }

    [Test]
    public void What_others_write_meanwhile_is_not_refused_for_good()
    {
        var consumer = _network.Join(consume: [Topic], vault: new DurableVault());
        consumer.Clock.Ahead = TimeSpan.FromDays(-9);
        var producer = _network.Join(produce: [Topic], vault: new DurableVault());
        var message = producer.Send(Topic);
        _network.Pass(TimeSpan.FromMinutes(1));
        consumer.Clock.Ahead = TimeSpan.FromDays(30);
        _network.Pass(TimeSpan.FromMinutes(1));
        var later = producer.Send(Topic, "later");
        consumer.Clock.Ahead = TimeSpan.Zero;
        _network.Pass(TimeSpan.FromSeconds(30));

        Assert.Multiple(() =>
        {
            Assert.That(consumer.Open(Topic, message), Is.EqualTo("hello"));
            Assert.That(consumer.Open(Topic, later), Is.EqualTo("later"));
            Assert.That(consumer.Exchange.Report.Skipped, Is.Empty);
        });
    }

    [Test]
    public void A_clock_that_is_set_while_the_member_runs_is_noticed_before_the_next_record()
    {
        var producer = _network.Join(produce: [Topic], vault: new DurableVault());
        producer.Send(Topic);
        producer.Clock.Ahead = TimeSpan.FromHours(2);
        var written = WrittenBy(producer).Count();
        _network.Pass(TimeSpan.FromMinutes(1));
        var reason = producer.WhyItCannotSend(Topic);
        producer.Clock.Ahead = TimeSpan.Zero;
        _network.Pass(TimeSpan.FromSeconds(30));

        Assert.Multiple(() =>
        {
            Assert.That(reason, Is.EqualTo(FailureReason.ClockDisagrees));
            Assert.That(producer.WhyItCannotSend(Topic), Is.Null);
            Assert.That(_network.In(_network.SessionsOf(Topic)).Select(record => record.Timestamp), Is.All.GreaterThanOrEqualTo(TestProject.Start));
            Assert.That(producer.Exchange.Report.Skipped, Is.Empty);
            Assert.That(WrittenBy(producer).Skip(written), Does.Contain(RecordTypes.ClockProbe));
        });
    }

    [Test]
    public void A_clock_that_was_days_ahead_for_a_moment_puts_no_retry_off()
    {
        _network.AuthorityServes = false;
        var member = Start(TimeSpan.Zero, consume: [Topic]);
        _network.Pass(TimeSpan.FromMinutes(1));
        member.Clock.Ahead = TimeSpan.FromDays(2);
        _network.Pass(TimeSpan.FromMinutes(1));
        member.Clock.Ahead = TimeSpan.Zero;
        _network.Pass(TimeSpan.FromMinutes(1));
        _network.AuthorityServes = true;
        _network.Pass(new KeyLifetimes().MaxRetryDelay);

        Assert.That(member.Ring.Failure, Is.Null);
    }

    [Test]
    public void A_broker_that_stamps_no_records_confirms_no_clock()
    {
        var member = Start(TimeSpan.Zero, consume: [Topic], stamps: false);
        _network.Pass(TimeSpan.FromMinutes(5));

        Assert.Multiple(() =>
        {
            Assert.That(member.Ring.Failure?.Reason, Is.EqualTo(FailureReason.ControlTopicMisconfigured));
            Assert.That(member.Ring.Failure?.Message, Does.Contain("message.timestamp.type=LogAppendTime"));
            Assert.That(WrittenBy(member).Distinct(), Is.EqualTo(new[] { RecordTypes.ClockProbe }));
        });
    }

    [Test]
    public void A_broker_that_acknowledges_nothing_delays_destruction_and_that_is_said()
    {
        _network.Demand(new TopicRequirements { Topic = Topic, KeyRetention = TimeSpan.FromHours(1) });
        var vault = new DurableVault();
        var (consumer, _) = Exchange(vault);
        consumer.FateOf = publication => publication.Partition == ControlPartition.Requests ? Fate.WrittenUnknowingly : Fate.Written;
        _network.Pass(TimeSpan.FromHours(3), TimeSpan.FromMinutes(1));
        var (kept, warning) = (vault.List("sessions").Count, consumer.Exchange.Report.ClockWarning);
        consumer.FateOf = _ => Fate.Written;
        _network.Pass(TimeSpan.FromSeconds(30));

        Assert.Multiple(() =>
        {
            Assert.That(kept, Is.GreaterThan(1));
            Assert.That(warning, Does.Contain("are not destroyed"));
            Assert.That(vault.List("sessions"), Has.Count.LessThan(kept));
            Assert.That(consumer.Exchange.Report.ClockWarning, Is.Null);
        });
    }

    [Test]
    public void In_a_development_project_nothing_is_destroyed_and_no_clock_is_compared()
    {
        using var network = new ControlNetwork(isDevelopment: true);
        network.Demand(new TopicRequirements { Topic = Topic, KeyRetention = TimeSpan.FromHours(1) });
        var vault = new DurableVault();
        var consumer = network.Join(consume: [Topic], vault: vault);
        network.Join(produce: [Topic]).Send(Topic);
        network.Settle();
        var before = Names(vault);
        network.Pass(TimeSpan.FromDays(3), TimeSpan.FromMinutes(30));

        Assert.Multiple(() =>
        {
            Assert.That(Names(vault), Is.SupersetOf(before));
            Assert.That(network.In(ControlPartition.Requests, RecordTypes.ClockProbe), Is.Empty);
        });
    }

    [Test]
    public void A_record_whose_writer_chose_its_timestamp_is_refused()
    {
        var consumer = _network.Join(consume: [Topic], vault: new DurableVault());
        var member = _network.Enroll();
        _network.In(ControlPartition.Members).Add(new ControlRecord(
            ControlPartition.Members, System.Text.Encoding.ASCII.GetBytes(member.KeyPackage(Topic).Record), _network.Now) { IsStamped = false });
        _network.Settle();

        Assert.That(consumer.Exchange.Report.Skipped, Is.EqualTo(new Dictionary<RecordProblem, long> { [RecordProblem.BadTimestamp] = 1 }));
    }

    [Test]
    public void An_announcement_that_is_acknowledged_eleven_minutes_late_is_signed_again()
    {
        _network.Join(consume: [Topic], vault: new DurableVault());
        var producer = _network.Join(vault: new DurableVault());
        producer.FateOf = publication => publication.Partition.Topic == ControlTopicKind.Sessions ? Fate.Held : Fate.Written;
        producer.Exchange.Produce(Topic);
        _network.Pass(TimeSpan.FromMinutes(11));
        producer.FateOf = _ => Fate.Written;
        producer.WriteHeld();
        var reason = producer.WhyItCannotSend(Topic);

        Assert.Multiple(() =>
        {
            Assert.That(reason, Is.Null);
            Assert.That(_network.In(_network.SessionsOf(Topic), RecordTypes.Announcement).Count(), Is.GreaterThan(1));
        });
    }

    private (NetworkMember Consumer, byte[] Message) Exchange(DurableVault vault)
    {
        var consumer = _network.Join(consume: [Topic], vault: vault);
        var message = _network.Join(produce: [Topic], vault: new DurableVault()).Send(Topic);
        _network.Settle();
        return (consumer, message);
    }

    private NetworkMember Start(TimeSpan ahead, IEnumerable<string> consume, IVaultStore? vault = null, bool stamps = true) =>
        _network.Join(consume: consume, vault: vault ?? new DurableVault(), ahead: ahead, areStamped: stamps);

    private IEnumerable<string> WrittenBy(NetworkMember member) =>
        from record in _network.Records
        let jws = Jws.TryParse(record.Text)!
        where jws.KeyId == member.Identifier
        select jws.Type;

    private static List<string> Names(DurableVault vault) =>
        [.. from collection in (string[])["sessions", "key-packages", "checkpoint"] from name in vault.List(collection).Keys where !name.StartsWith("position:", StringComparison.Ordinal) select $"{collection}/{name}"];
}

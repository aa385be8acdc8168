using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Diagnostics;

/// <summary>The meter that operators watch.</summary>
[TestFixture]
public class MetricsTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public void Every_instrument_tells_its_value_of_now()
    {
        var messages = new MessageCounts();
        messages.Refused.Add("orders", new OpenFailure(FailureReason.ProducerRevoked, "") { Producer = "producer" });
        messages.Refused.Add("orders", new OpenFailure(FailureReason.ProducerRevoked, "") { Producer = "producer" });
        var gauges = new MemberGauges(
            IsReady: true, Now.AddHours(30), Now.AddHours(-2), MissingKeys: 3, Lag: 7, new Dictionary<RecordProblem, long> { [RecordProblem.BadSignature] = 4 });
        messages.Protected.Of("orders", MessageAuthentication.Signature).Add(100);
        messages.Protected.Of("orders", MessageAuthentication.Signature).Add(20);
        messages.Protected.Of("audit", MessageAuthentication.Mac).Add(1);
        messages.Opened.Of("orders", MessageAuthentication.Signature).Add(100);
        messages.Unsent.Add(("orders", FailureReason.MessageTooLarge));
        var rotations = NoRotations();
        rotations.Add(("orders", RotationReason.First));
        rotations.Add(("orders", RotationReason.Due));
        rotations.Add(("orders", RotationReason.Due));
        var clock = new ManualTimeProvider(Now);
        using var waits = new RecordWaits(clock, new CollectingLog());
        using var waiting = waits.Begin("orders", FailureReason.KeyNotYetReceived, () => "", blocks: true);
        using var shorter = waits.Begin("orders", FailureReason.KeyNotYetReceived, () => "", blocks: true);
        clock.Advance(TimeSpan.FromSeconds(5));
        clock.SetWallClock(Now);
        using var metrics = new MemberMetrics("member", () => gauges, messages, waits, rotations, clock);

        Assert.That(Measurements.Of("member"), Is.EquivalentTo(new[]
        {
            "e2ekafka.member.ready = 1",
            "e2ekafka.credential.remaining = 108000",
            "e2ekafka.credential.renewal.overdue = 7200",
            "e2ekafka.keys.missing = 3",
            "e2ekafka.control.lag = 7",
            "e2ekafka.control.records.skipped = 4 e2ekafka.problem:BadSignature",
            "e2ekafka.messages.protected = 2 messaging.operation.name:protect messaging.destination.name:orders e2ekafka.authentication:Signature",
            "e2ekafka.messages.protected = 1 messaging.operation.name:protect messaging.destination.name:audit e2ekafka.authentication:Mac",
            "e2ekafka.plaintext.protected = 120 messaging.operation.name:protect messaging.destination.name:orders e2ekafka.authentication:Signature",
            "e2ekafka.plaintext.protected = 1 messaging.operation.name:protect messaging.destination.name:audit e2ekafka.authentication:Mac",
            "e2ekafka.messages.opened = 1 messaging.operation.name:open messaging.destination.name:orders e2ekafka.authentication:Signature",
            "e2ekafka.plaintext.opened = 100 messaging.operation.name:open messaging.destination.name:orders e2ekafka.authentication:Signature",
            "e2ekafka.messages.refused = 2 messaging.operation.name:open messaging.destination.name:orders e2ekafka.producer:producer error.type:ProducerRevoked",
            "e2ekafka.messages.unsent = 1 messaging.operation.name:protect messaging.destination.name:orders error.type:MessageTooLarge",
            "e2ekafka.waits = 2 messaging.operation.name:open messaging.destination.name:orders e2ekafka.reason:KeyNotYetReceived",
            "e2ekafka.session.rotations = 1 messaging.destination.name:orders e2ekafka.reason:First",
            "e2ekafka.session.rotations = 2 messaging.destination.name:orders e2ekafka.reason:Due",
            "e2ekafka.messages.waiting = 2",
            "e2ekafka.messages.waiting.longest = 5",
        }));
    }

    [Test]
    public void What_there_is_none_of_is_zero()
    {
        var gauges = new MemberGauges(IsReady: false, null, null, 0, 0, new Dictionary<RecordProblem, long>());
        using var metrics = new MemberMetrics("newcomer", () => gauges, new MessageCounts(), new RecordWaits(new ManualTimeProvider(Now), new CollectingLog()), NoRotations(), new ManualTimeProvider(Now));

        Assert.That(Measurements.Of("newcomer"), Is.EquivalentTo(new[]
        {
            "e2ekafka.member.ready = 0",
            "e2ekafka.credential.remaining = 0",
            "e2ekafka.credential.renewal.overdue = 0",
            "e2ekafka.keys.missing = 0",
            "e2ekafka.control.lag = 0",
            "e2ekafka.messages.waiting = 0",
            "e2ekafka.messages.waiting.longest = 0",
        }));
    }

    [Test]
    public void A_member_that_was_disposed_is_measured_no_more()
    {
        var gauges = new MemberGauges(IsReady: true, null, null, 0, 0, new Dictionary<RecordProblem, long>());
        new MemberMetrics("gone", () => gauges, new MessageCounts(), new RecordWaits(new ManualTimeProvider(Now), new CollectingLog()), NoRotations(), new ManualTimeProvider(Now)).Dispose();

        Assert.That(Measurements.Of("gone"), Is.Empty);
    }

    [Test]
    public void A_wait_is_measured_when_it_ends_with_how_it_ended()
    {
        var gauges = new MemberGauges(IsReady: true, null, null, 0, 0, new Dictionary<RecordProblem, long>());
        var clock = new ManualTimeProvider(Now);
        using var waits = new RecordWaits(clock, new CollectingLog());
        using var metrics = new MemberMetrics("waiter", () => gauges, new MessageCounts(), waits, NoRotations(), clock);
        using var measurements = new Measurements("waiter");
        var wait = waits.Begin("orders", FailureReason.KeyNotYetReceived, () => "", blocks: true);
        clock.Advance(TimeSpan.FromSeconds(7));
        wait.Outcome = WaitOutcome.Opened;
        wait.Dispose();
        wait.Dispose();
        waits.Begin("orders", FailureReason.NotReady, () => "", blocks: true).Dispose();

        Assert.That(measurements.Collect().Where(text => text.StartsWith("e2ekafka.wait", StringComparison.Ordinal)), Is.EquivalentTo(new[]
        {
            "e2ekafka.wait.duration = 7 messaging.operation.name:open messaging.destination.name:orders e2ekafka.reason:KeyNotYetReceived e2ekafka.outcome:Opened",
            "e2ekafka.wait.duration = 0 messaging.operation.name:open messaging.destination.name:orders e2ekafka.reason:NotReady e2ekafka.outcome:Ended",
            "e2ekafka.waits = 1 messaging.operation.name:open messaging.destination.name:orders e2ekafka.reason:KeyNotYetReceived",
            "e2ekafka.waits = 1 messaging.operation.name:open messaging.destination.name:orders e2ekafka.reason:NotReady",
        }));
    }

    [Test]
    public void Names_from_outside_make_a_bounded_number_of_time_series()
    {
        const int many = 3 * BoundedCounts<string>.MaxKeys;
        var messages = new MessageCounts();
        using var waits = new RecordWaits(new ManualTimeProvider(Now), new CollectingLog());
        for (var i = 0; i < many; i++)
        {
            messages.Refused.Add($"topic-{i}", new OpenFailure(FailureReason.UnknownSession, "") { Producer = $"producer-{i}" });
            messages.Unsent.Add(($"topic-{i}", FailureReason.SessionNotReady));
            messages.Opened.Of($"topic-{i}", MessageAuthentication.Shared).Add(1);
            waits.Begin($"topic-{i}", FailureReason.NotReady, () => "", blocks: true).Dispose();
        }

        Assert.Multiple(() =>
        {
            Assert.That(messages.Refused.ToList(), Has.Count.EqualTo(BoundedCounts<string>.MaxKeys + 1));
            Assert.That(messages.Refused.ToList().Sum(refused => refused.Count), Is.EqualTo(many));
            Assert.That(messages.Refused.ToList().Single(refused => refused.Topic == "(other)"), Is.EqualTo(new RefusedMessages("(other)", "(other)", FailureReason.UnknownSession, many - BoundedCounts<string>.MaxKeys)));
            Assert.That(messages.Unsent.ToList(), Has.Count.EqualTo(BoundedCounts<string>.MaxKeys + 1));
            Assert.That(messages.Opened.All.Count(), Is.EqualTo(BoundedCounts<string>.MaxKeys + 1));
            Assert.That(messages.Opened.All.Sum(count => count.Messages), Is.EqualTo(many));
            Assert.That(waits.Counts.ToList(), Has.Count.EqualTo(BoundedCounts<string>.MaxKeys + 1));
        });
    }

    [Test]
    public void No_thread_loses_a_count()
    {
        var count = new TrafficCounts().Of("orders", MessageAuthentication.Signature);
        Parallel.For(0, 100_000, _ => count.Add(3));

        Assert.That((count.Messages, count.Bytes), Is.EqualTo((100_000L, 300_000L)));
    }

    private static BoundedCounts<(string Topic, RotationReason Reason)> NoRotations() => new(static key => key);
}

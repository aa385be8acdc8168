using System.Diagnostics.Metrics;
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
        var refusals = new RefusalCounts();
        refusals.Add("orders", new OpenFailure(FailureReason.ProducerRevoked, "") { Producer = "producer" });
        refusals.Add("orders", new OpenFailure(FailureReason.ProducerRevoked, "") { Producer = "producer" });
        var gauges = new MemberGauges(
            IsReady: true, Now.AddHours(30), Now.AddHours(-2), MissingKeys: 3, Lag: 7, new Dictionary<RecordProblem, long> { [RecordProblem.BadSignature] = 4 });
        var clock = new ManualTimeProvider(Now);
        using var waits = new RecordWaits(clock, new CollectingLog());
        using var waiting = waits.Begin("orders", () => "", blocks: true);
        using var shorter = waits.Begin("orders", () => "", blocks: true);
        clock.Advance(TimeSpan.FromSeconds(5));
        clock.SetWallClock(Now);
        using var metrics = new MemberMetrics("member", () => gauges, refusals, waits, clock);

        Assert.That(Measure("member"), Is.EquivalentTo(new[]
        {
            "e2ekafka.member.ready = 1",
            "e2ekafka.credential.remaining = 108000",
            "e2ekafka.credential.renewal.overdue = 7200",
            "e2ekafka.keys.missing = 3",
            "e2ekafka.control.lag = 7",
            "e2ekafka.control.records.skipped = 4 problem:BadSignature",
            "e2ekafka.messages.refused = 2 topic:orders producer:producer reason:ProducerRevoked",
            "e2ekafka.messages.waiting = 2",
            "e2ekafka.messages.waiting.longest = 5",
        }));
    }

    [Test]
    public void What_there_is_none_of_is_zero()
    {
        var gauges = new MemberGauges(IsReady: false, null, null, 0, 0, new Dictionary<RecordProblem, long>());
        using var metrics = new MemberMetrics("newcomer", () => gauges, new RefusalCounts(), new RecordWaits(new ManualTimeProvider(Now), new CollectingLog()), new ManualTimeProvider(Now));

        Assert.That(Measure("newcomer"), Is.EquivalentTo(new[]
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
        new MemberMetrics("gone", () => gauges, new RefusalCounts(), new RecordWaits(new ManualTimeProvider(Now), new CollectingLog()), new ManualTimeProvider(Now)).Dispose();

        Assert.That(Measure("gone"), Is.Empty);
    }

    private static List<string> Measure(string member)
    {
        var measured = new List<string>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == MemberMetrics.MeterName && instrument.Meter.Tags!.Any(tag => Equals(tag.Value, member)))
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Add(instrument, value, tags));
        listener.Start();
        listener.RecordObservableInstruments();
        return measured;

        void Add(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags) =>
            measured.Add($"{instrument.Name} = {value} {string.Join(' ', tags.ToArray().Select(tag => $"{tag.Key}:{tag.Value}"))}".TrimEnd());
    }
}

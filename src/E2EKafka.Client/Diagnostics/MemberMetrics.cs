using System.Diagnostics.Metrics;

namespace E2EKafka.Diagnostics;

/// <summary>The meter <c>E2EKafka</c> of one member: everything is read when a listener collects it, so that the message path pays nothing.</summary>
internal sealed class MemberMetrics : IDisposable
{
    public const string MeterName = "E2EKafka";

    private readonly Meter _meter;

    /// <param name="identifier">The member's identifier: a tag of each measurement.</param>
    /// <param name="gauges">Gives the newest values.</param>
    /// <param name="refusals">The messages that were refused.</param>
    /// <param name="waits">The records that wait.</param>
    /// <param name="time">The clock.</param>
    public MemberMetrics(string identifier, Func<MemberGauges> gauges, RefusalCounts refusals, RecordWaits waits, TimeProvider time)
    {
        _meter = new Meter(MeterName, version: null, [new("e2ekafka.member", identifier)]);
        _meter.CreateObservableGauge(
            "e2ekafka.member.ready", () => gauges().IsReady ? 1 : 0,
            description: "1 if the member is ready, 0 if not.");
        _meter.CreateObservableGauge(
            "e2ekafka.credential.remaining", () => Seconds(gauges().CredentialExpiresAt - time.GetUtcNow()), "s",
            "How long the member's credential is still valid; 0 if it has none.");
        _meter.CreateObservableGauge(
            "e2ekafka.credential.renewal.overdue", () => Seconds(time.GetUtcNow() - gauges().RenewalOverdueSince), "s",
            "For how long the authority has owed the member a renewal; 0 if it does not.");
        _meter.CreateObservableGauge(
            "e2ekafka.keys.missing", () => gauges().MissingKeys, "{session}",
            "Announced sessions whose keys the member waits for.");
        _meter.CreateObservableGauge(
            "e2ekafka.control.lag", () => gauges().Lag, "{record}",
            "Control records that the member has yet to read.");
        _meter.CreateObservableCounter(
            "e2ekafka.control.records.skipped",
            () => gauges().Skipped.Select(pair => new Measurement<long>(pair.Value, new KeyValuePair<string, object?>("problem", pair.Key.ToString()))),
            "{record}", "Control records that were not valid, and were skipped.");
        _meter.CreateObservableCounter(
            "e2ekafka.messages.refused",
            () => refusals.ToList().Select(refused => new Measurement<long>(
                refused.Count,
                new("topic", refused.Topic), new("producer", refused.Producer), new("reason", refused.Reason.ToString()))),
            "{message}", "Messages that were refused for good.");
        _meter.CreateObservableGauge(
            "e2ekafka.messages.waiting", () => waits.Count, "{message}",
            "Messages that wait to be opened.");
        _meter.CreateObservableGauge(
            "e2ekafka.messages.waiting.longest", () => waits.Longest.TotalSeconds, "s",
            "How long the message has waited that has waited longest.");
    }

    public void Dispose() => _meter.Dispose();

    private static double Seconds(TimeSpan? time) => time is { } span && span > TimeSpan.Zero ? span.TotalSeconds : 0;
}

using System.Diagnostics.Metrics;

namespace E2EKafka.Diagnostics;

/// <summary>The meter of one member: what is counted is read when a listener collects it, so that the message path pays for the counting alone.</summary>
internal sealed class MemberMetrics : IDisposable
{
    private static readonly KeyValuePair<string, object?> Kafka = new(EndToEndKafkaTelemetry.SystemTag, Telemetry.Kafka);

    /// <summary>In seconds: from a key that is a moment late to a consumer that waits for days.</summary>
    private static readonly double[] Durations = [0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1_800, 3_600, 21_600, 86_400];

    private readonly Meter _meter;

    /// <param name="identifier">The member's identifier: a tag of each measurement.</param>
    /// <param name="gauges">Gives the newest values.</param>
    /// <param name="messages">What became of its messages.</param>
    /// <param name="waits">The records that wait.</param>
    /// <param name="rotations">The sessions that it made.</param>
    /// <param name="time">The clock.</param>
    public MemberMetrics(
        string identifier, Func<MemberGauges> gauges, MessageCounts messages, RecordWaits waits,
        BoundedCounts<(string Topic, RotationReason Reason)> rotations, TimeProvider time)
    {
        _meter = new Meter(EndToEndKafkaTelemetry.MeterName, version: null, [new(EndToEndKafkaTelemetry.MemberTag, identifier)]);
        AddMember(gauges, time);
        AddMessages(messages);
        AddWaits(waits);
        _meter.CreateObservableCounter(
            "e2ekafka.session.rotations",
            () => rotations.ToList().Select(pair => new Measurement<long>(
                pair.Count, Kafka, new(EndToEndKafkaTelemetry.TopicTag, pair.Key.Topic), new(EndToEndKafkaTelemetry.ReasonTag, pair.Key.Reason.ToString()))),
            "{session}", "Sessions that the member made and began to use.");
    }

    public void Dispose() => _meter.Dispose();

    private void AddMember(Func<MemberGauges> gauges, TimeProvider time)
    {
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
            () => gauges().Skipped.Select(pair => new Measurement<long>(pair.Value, new KeyValuePair<string, object?>(EndToEndKafkaTelemetry.ProblemTag, pair.Key.ToString()))),
            "{record}", "Control records that were not valid, and were skipped.");
    }

    private void AddMessages(MessageCounts messages)
    {
        AddTraffic("protected", messages.Protected, Telemetry.Protect, "were encrypted");
        AddTraffic("opened", messages.Opened, Telemetry.Open, "were verified, decrypted and read");
        _meter.CreateObservableCounter(
            "e2ekafka.messages.refused",
            () => messages.Refused.ToList().Select(refused => new Measurement<long>(
                refused.Count,
                Kafka, new(EndToEndKafkaTelemetry.OperationTag, Telemetry.Open), new(EndToEndKafkaTelemetry.TopicTag, refused.Topic),
                new(EndToEndKafkaTelemetry.ProducerTag, refused.Producer), new(EndToEndKafkaTelemetry.ErrorTag, refused.Reason.ToString()))),
            "{message}", "Messages that were refused for good.");
        _meter.CreateObservableCounter(
            "e2ekafka.messages.unsent",
            () => messages.Unsent.ToList().Select(unsent => new Measurement<long>(
                unsent.Count,
                Kafka, new(EndToEndKafkaTelemetry.OperationTag, Telemetry.Protect), new(EndToEndKafkaTelemetry.TopicTag, unsent.Key.Topic),
                new(EndToEndKafkaTelemetry.ErrorTag, unsent.Key.Reason.ToString()))),
            "{message}", "Messages that were not encrypted, and so not sent.");
    }

    private void AddTraffic(string name, TrafficCounts traffic, string operation, string what)
    {
        Add($"e2ekafka.messages.{name}", "{message}", $"Messages that {what}.", static count => count.Messages);
        Add($"e2ekafka.plaintext.{name}", "By", $"Bytes of the plaintexts of messages that {what}.", static count => count.Bytes);

        void Add(string instrument, string unit, string description, Func<TrafficCount, long> read) => _meter.CreateObservableCounter(
            instrument,
            () => traffic.All.Select(count => new Measurement<long>(
                read(count),
                Kafka, new(EndToEndKafkaTelemetry.OperationTag, operation), new(EndToEndKafkaTelemetry.TopicTag, count.Topic),
                new(EndToEndKafkaTelemetry.AuthenticationTag, count.Authentication.ToString()))),
            unit, description);
    }

    private void AddWaits(RecordWaits waits)
    {
        _meter.CreateObservableGauge(
            "e2ekafka.messages.waiting", () => waits.Count, "{message}",
            "Messages that wait to be opened.");
        _meter.CreateObservableGauge(
            "e2ekafka.messages.waiting.longest", () => waits.Longest.TotalSeconds, "s",
            "How long the message has waited that has waited longest.");
        _meter.CreateObservableCounter(
            "e2ekafka.waits",
            () => waits.Counts.ToList().Select(pair => new Measurement<long>(
                pair.Count,
                Kafka, new(EndToEndKafkaTelemetry.OperationTag, pair.Key.Operation), new(EndToEndKafkaTelemetry.TopicTag, pair.Key.Topic),
                new(EndToEndKafkaTelemetry.ReasonTag, pair.Key.Reason.ToString()))),
            "{wait}", "Waits of messages to be opened, or to be sent.");
        waits.Counts.Durations = _meter.CreateHistogram(
            "e2ekafka.wait.duration", "s", "How long messages have waited, from the first wait to its end.",
            tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = Durations });
    }

    private static double Seconds(TimeSpan? time) => time is { } span && span > TimeSpan.Zero ? span.TotalSeconds : 0;
}

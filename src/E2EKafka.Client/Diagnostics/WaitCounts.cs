using System.Diagnostics.Metrics;

namespace E2EKafka.Diagnostics;

/// <summary>How many messages had to wait, where and for what, and how long it took. Safe for many threads.</summary>
internal sealed class WaitCounts
{
    private readonly BoundedCounts<WaitKey> _began = new(static key => key with { Topic = EndToEndKafkaTelemetry.OtherValue });

    /// <summary>Takes how long each wait took; <see langword="null"/> where no meter shows it.</summary>
    public Histogram<double>? Durations { get; set; }

    /// <summary>A message waits from now on.</summary>
    /// <returns>What it is counted under, for <see cref="Ended"/>.</returns>
    public WaitKey Began(string operation, string topic, FailureReason reason) => _began.Add(new WaitKey(operation, topic, reason)).Key;

    public void Ended(WaitKey key, WaitOutcome outcome, TimeSpan duration) => Durations?.Record(duration.TotalSeconds,
    [
        new(EndToEndKafkaTelemetry.SystemTag, Telemetry.Kafka), new(EndToEndKafkaTelemetry.OperationTag, key.Operation), new(EndToEndKafkaTelemetry.TopicTag, key.Topic),
        new(EndToEndKafkaTelemetry.ReasonTag, key.Reason.ToString()), new(EndToEndKafkaTelemetry.OutcomeTag, outcome.ToString()),
    ]);

    public IReadOnlyList<(WaitKey Key, long Count)> ToList() => _began.ToList();
}

/// <summary>What waits are told apart by.</summary>
/// <param name="Operation">What waits.</param>
/// <param name="Topic">The message's topic.</param>
/// <param name="Reason">What it lacked when the wait began.</param>
internal readonly record struct WaitKey(string Operation, string Topic, FailureReason Reason);

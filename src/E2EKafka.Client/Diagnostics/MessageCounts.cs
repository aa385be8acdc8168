namespace E2EKafka.Diagnostics;

/// <summary>What becomes of one member's messages, in numbers. Safe for many threads.</summary>
/// <param name="refusals">Counts what is refused. Default: a new object.</param>
internal sealed class MessageCounts(RefusalCounts? refusals = null)
{
    /// <summary>Messages that were encrypted.</summary>
    public TrafficCounts Protected { get; } = new();

    /// <summary>Messages that were verified, decrypted and read.</summary>
    public TrafficCounts Opened { get; } = new();

    /// <summary>Messages that were read from Kafka and refused.</summary>
    public RefusalCounts Refused { get; } = refusals ?? new();

    /// <summary>Messages that may not be sent.</summary>
    public BoundedCounts<(string Topic, FailureReason Reason)> Unsent { get; } = new(static key => (EndToEndKafkaTelemetry.OtherValue, key.Reason));
}

namespace E2EKafka.KeyExchange;

/// <summary>A record read from a control topic. Only its value counts; its Kafka timestamp may refuse it and prove nothing.</summary>
/// <param name="Partition">Where it was read.</param>
/// <param name="Value">Its value; empty if null.</param>
/// <param name="Timestamp">Kafka's, if the record has one that is a time.</param>
/// <param name="Offset">Where in the partition; <see langword="null"/> if that is not to be remembered.</param>
internal readonly record struct ControlRecord(
    ControlPartition Partition, ReadOnlyMemory<byte> Value, DateTimeOffset? Timestamp, long? Offset = null)
{
    /// <summary>Whether Kafka's timestamp is there and not a time. Such a record counts for nothing.</summary>
    public bool HasBadTimestamp { get; init; }

    /// <summary>Whether the broker has set the timestamp when it appended the record. Default: yes, if there is one.</summary>
    public bool IsStamped { get; init; } = Timestamp is not null;
}

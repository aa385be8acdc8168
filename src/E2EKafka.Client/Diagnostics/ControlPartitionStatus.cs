namespace E2EKafka;

/// <summary>A partition of a control topic, in a status.</summary>
/// <param name="Topic">The control topic's name.</param>
/// <param name="Partition">The partition's number.</param>
/// <param name="Position">The offset of the next record that the member reads.</param>
/// <param name="End">The offset behind the last record, as the broker said last; <see langword="null"/> if it has not said.</param>
/// <param name="ReadToTheEndAt">When the member was at the end last; <see langword="null"/> if it has not been there since it started.</param>
public sealed record ControlPartitionStatus(string Topic, int Partition, long Position, long? End, DateTimeOffset? ReadToTheEndAt)
{
    /// <summary>How many records the member has yet to read; <see langword="null"/> if the broker has not said.</summary>
    public long? Lag => End is { } end ? Math.Max(0, end - Position) : null;
}

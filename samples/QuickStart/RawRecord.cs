using Confluent.Kafka;

namespace E2EKafka.QuickStart;

/// <summary>A record as the broker holds it.</summary>
internal sealed record RawRecord(TopicPartitionOffset Position, byte[] Key, byte[] Value, IReadOnlyList<byte[]> Headers)
{
    public static RawRecord Of(ConsumeResult<byte[], byte[]> result) => new(
        result.TopicPartitionOffset,
        result.Message.Key ?? [],
        result.Message.Value ?? [],
        [.. result.Message.Headers.SelectMany(header => new[] { System.Text.Encoding.UTF8.GetBytes(header.Key), header.GetValueBytes() ?? [] })]);

    /// <summary>Everything that could hide a plaintext.</summary>
    public IEnumerable<byte[]> Parts => [Key, Value, .. Headers];
}

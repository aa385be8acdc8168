using Confluent.Kafka;

namespace E2EKafka.Client.Tests;

/// <summary>A deserializer that remembers what it was shown.</summary>
internal sealed class SpyDeserializer : IDeserializer<byte[]?>
{
    public List<byte[]?> Seen { get; } = [];

    public byte[]? Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        var value = isNull ? null : data.ToArray();
        Seen.Add(value);
        return value;
    }
}

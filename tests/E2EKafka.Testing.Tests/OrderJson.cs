using System.Text.Json;
using Confluent.Kafka;

namespace E2EKafka.Testing.Tests;

/// <summary>The serializer of an application that knows nothing of encryption.</summary>
public sealed class OrderJson : ISerializer<Order>, IDeserializer<Order>
{
    public byte[] Serialize(Order data, SerializationContext context) => JsonSerializer.SerializeToUtf8Bytes(data);

    public Order Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) => JsonSerializer.Deserialize<Order>(data)!;
}

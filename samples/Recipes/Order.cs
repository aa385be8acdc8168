using System.Text.Json;
using Confluent.Kafka;

namespace E2EKafka.Recipes;

/// <summary>What the recipes send.</summary>
internal sealed record Order(string Article, int Quantity);

/// <summary>The application's own serializer: it knows nothing of encryption.</summary>
internal sealed class OrderJson : ISerializer<Order>, IDeserializer<Order>
{
    public byte[] Serialize(Order data, SerializationContext context) => JsonSerializer.SerializeToUtf8Bytes(data);

    public Order Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) =>
        JsonSerializer.Deserialize<Order>(data) ?? throw new InvalidDataException("An order is not null.");
}

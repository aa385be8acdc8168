using System.Text.Json;
using Confluent.Kafka;

namespace E2EKafka.OrdersApi;

/// <summary>The application's own serializer. It knows nothing of encryption.</summary>
internal sealed class OrderJson : ISerializer<Order>, IDeserializer<Order>
{
    public byte[] Serialize(Order data, SerializationContext context) => JsonSerializer.SerializeToUtf8Bytes(data);

    public Order Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) =>
        JsonSerializer.Deserialize<Order>(data) ?? throw new InvalidDataException("An order is not null.");
}

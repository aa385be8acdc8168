using System.Diagnostics;
using System.Text;
using Confluent.Kafka;

namespace E2EKafka.OrdersApi;

/// <summary>The shop's producer: as without encryption, but for two lines.</summary>
internal sealed class OrderSender(OrdersKafka kafka, [FromKeyedServices("shop")] EndToEndKafka shop) : IDisposable
{
    private readonly IProducer<string, Order> _producer = new ProducerBuilder<string, Order>(
            new ProducerConfig { BootstrapServers = kafka.BootstrapServers, LingerMs = 0 })
        .SetKeySerializer(shop.BindKey(Serializers.Utf8))
        .SetValueSerializer(shop.EncryptAsync(new OrderJson()))
        .Build();

    public async Task SendAsync(string id, Order order, CancellationToken cancellationToken)
    {
        var headers = new Headers();
        if (Activity.Current?.Id is { } trace)
            headers.Add("traceparent", Encoding.ASCII.GetBytes(trace)); // the span that opens the order links to this request
        await _producer.ProduceAsync(kafka.Topic, new Message<string, Order> { Key = id, Value = order, Headers = headers }, cancellationToken);
    }

    /// <summary>Writes an order past the shop, as a broker could.</summary>
    public async Task ForgeAsync(string id, Order order, CancellationToken cancellationToken)
    {
        using var broker = new DependentProducerBuilder<string, byte[]>(_producer.Handle).SetKeySerializer(Serializers.Utf8).Build();
        var bytes = new OrderJson().Serialize(order, SerializationContext.Empty);
        await broker.ProduceAsync(kafka.Topic, new Message<string, byte[]> { Key = id, Value = bytes }, cancellationToken);
    }

    public void Dispose() => _producer.Dispose();
}

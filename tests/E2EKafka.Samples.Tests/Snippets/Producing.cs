using Confluent.Kafka;
using E2EKafka.QuickStart;

namespace E2EKafka.Samples.Tests.Snippets;

/// <summary>What docs/producing.md shows.</summary>
internal static class Producing
{
    public static void Sync(EndToEndKafka e2e, ProducerConfig producerConfig)
    {
        // [snippet]
        using var producer = new ProducerBuilder<string, Order>(producerConfig)
            .SetKeySerializer(e2e.BindKey(Serializers.Utf8))
            .SetValueSerializer(e2e.Encrypt(new OrderJson()))
            .Build();
        // [/snippet]
    }

    public static void Async(EndToEndKafka e2e, ProducerConfig producerConfig, IAsyncSerializer<Order> avro)
    {
        // [snippet]
        // A serializer that is asynchronous itself, such as Schema Registry's.
        using var withRegistry = new ProducerBuilder<string, Order>(producerConfig)
            .SetValueSerializer(e2e.EncryptAsync(avro))
            .Build();

        // A synchronous one, where no thread may block while the first session is made.
        using var withoutBlocking = new ProducerBuilder<string, Order>(producerConfig)
            .SetValueSerializer(e2e.EncryptAsync(new OrderJson()))
            .Build();
        // [/snippet]
    }

    public static async Task FailureAsync(IProducer<string, Order> producer, Message<string, Order> message, Action<EndToEndKafkaException> report)
    {
        // [snippet]
        try
        {
            await producer.ProduceAsync("orders", message);
        }
        catch (ProduceException<string, Order> e) when (e.InnerException is EndToEndKafkaException cause)
        {
            report(cause); // cause.Reason, cause.Kind, and a message that says what to do. Nothing was sent.
        }
        // [/snippet]
    }

    public static async Task TombstoneAsync(IProducer<string, Order> producer)
    {
        // [snippet]
        await producer.ProduceAsync("orders", new Message<string, Order> { Key = "order-42", Value = null! });
        // [/snippet]
    }

    public static async Task WithoutSerializerAsync(EndToEndKafka e2e, ReadOnlyMemory<byte> plaintext, CancellationToken cancellationToken)
    {
        // [snippet]
        byte[] message = e2e.Protector.Protect(plaintext.Span, new MessageContext("orders"));
        OpenedMessage opened = await e2e.Protector.OpenAsync(message, new MessageContext("orders"), cancellationToken);
        // [/snippet]
        opened.ToString();
    }
}

using System.Text;
using Confluent.Kafka;
using E2EKafka.QuickStart;

namespace E2EKafka.Samples.Tests.Snippets;

/// <summary>What docs/consuming.md shows.</summary>
internal static class Consuming
{
    public static void Loop(EndToEndKafka e2e, ConsumerConfig consumerConfig, Action<Order> handle, Action<OpenFailure> report, CancellationToken cancellationToken)
    {
        // [snippet]
        using var consumer = new ConsumerBuilder<string, Order>(e2e.Configure(consumerConfig))
            .SetValueDeserializer(e2e.Decrypt(new OrderJson()))
            .Build();
        consumer.Subscribe("orders");
        while (true)
        {
            try
            {
                handle(consumer.ConsumeDecrypted(cancellationToken).Message.Value);
            }
            catch (ConsumeException e) when (e.GetOpenFailure() is { } failure)
            {
                report(failure); // refused: failure.Reason says why. The next call reads the next record.
            }
        }

        // [/snippet]
    }

    public static void Origin(EndToEndKafka e2e, ConsumerConfig consumerConfig, Action<string, Order> handle, Action<OpenFailure> report, CancellationToken cancellationToken)
    {
        // [snippet]
        using var consumer = new ConsumerBuilder<string, Verified<Order>>(e2e.Configure(consumerConfig))
            .SetKeyDeserializer(e2e.BindKey(Deserializers.Utf8))
            .SetValueDeserializer(e2e.DecryptVerified(new OrderJson()))
            .Build();
        consumer.Subscribe("orders");
        while (true)
        {
            var verified = consumer.ConsumeDecrypted(cancellationToken).Message.Value;
            if (verified.Failure is { } failure)
                report(failure);
            else if (verified.ProvenBy == MessageProof.Signature)
                handle(verified.Origin!.Producer, verified.Value);
        }

        // [/snippet]
    }

    public static async Task DeadLettersAsync(
        EndToEndKafka e2e, ConsumerConfig consumerConfig, ProducerConfig producerConfig, Action<Order> handle, CancellationToken cancellationToken)
    {
        // [snippet]
        using var consumer = new ConsumerBuilder<string, Order>(e2e.Configure(consumerConfig))
            .SetValueDeserializer(e2e.Decrypt(new OrderJson(), giveUpAfter: TimeSpan.FromMinutes(15)))
            .Build();
        using var deadLetters = new ProducerBuilder<byte[], byte[]>(producerConfig).Build(); // not encrypting: records are copied as they are
        consumer.Subscribe("orders");
        while (true)
        {
            try
            {
                handle(consumer.ConsumeDecrypted(cancellationToken).Message.Value);
            }
            catch (ConsumeException e) when (e.GetOpenFailure() is { Reason: not FailureReason.Revoked } failure)
            {
                // Key, value and headers as Kafka has them: still encrypted.
                var record = e.ConsumerRecord.Message;
                record.Headers.Add("failure", Encoding.UTF8.GetBytes(failure.Reason.ToString()));
                await deadLetters.ProduceAsync("orders.dead-letters", record, cancellationToken);
            }
        }

        // [/snippet]
    }

    public static void DeadLetterReader(EndToEndKafkaOptions options)
    {
        // [snippet]
        options.Consume.Add("orders.dead-letters");
        options.AcceptTopic("orders.dead-letters", writtenAs: "orders");
        // [/snippet]
    }

    public static async Task BatchesAsync(
        IConsumer<string, Verified<string>> consumer, string topic, Func<string, string, Task> handle,
        Func<ConsumeResult<string, Verified<string>>, OpenFailure, Task> setAside, CancellationToken stopping)
    {
        // [snippet]
        consumer.Subscribe(topic);
        while (true)
        {
            // Stores the offsets of the batch before, and ends here when stopping is cancelled. Waits up to a second for the first record, and
            // takes with it those that have arrived.
            var batch = consumer.ConsumeDecryptedBatch(max: 500, TimeSpan.FromSeconds(1), cancellationToken: stopping);
            foreach (var record in batch)
            {
                if (record.Message.Value.Failure is { } failure)
                    await setAside(record, failure);
                else
                    await handle(record.Message.Key, record.Message.Value.Value);
            }
        }

        // [/snippet]
    }
}

using Confluent.Kafka;

namespace E2EKafka.Samples.Tests;

/// <summary>What docs/consuming.md shows.</summary>
internal static class BatchLoop
{
    public static async Task RunAsync(
        IConsumer<string, Verified<string>> consumer, string topic, Func<string, string, Task> handle,
        Func<ConsumeResult<string, Verified<string>>, OpenFailure, Task> setAside, CancellationToken stopping)
    {
        // [consuming.md]
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

        // [/consuming.md]
    }
}

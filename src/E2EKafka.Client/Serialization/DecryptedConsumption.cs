using System.Runtime.CompilerServices;
using Confluent.Kafka;

namespace E2EKafka;

/// <summary>Consumes without skipping a record that was only early.</summary>
public static class DecryptedConsumption
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private static readonly ConditionalWeakTable<object, Dictionary<TopicPartition, long>> PausedPartitions = [];

    /// <summary>
    /// Consumes the next record that can be opened. One whose key is not here yet (<see cref="FailureKind.Transient"/>) is not
    /// skipped: its partition is paused for 1 s and read again from that record, while other partitions go on.
    /// </summary>
    /// <remarks>
    /// Set <c>EnableAutoOffsetStore = false</c> and call <c>StoreOffset</c> (or <c>Commit</c>) with each result that was handled. By
    /// default librdkafka takes a record for handled as soon as it was fetched, and commits it: a process that ends while it waits for
    /// a key would then skip the record at its next start.
    /// </remarks>
    /// <typeparam name="TKey">The record key's type.</typeparam>
    /// <typeparam name="TValue">The record value's type.</typeparam>
    /// <param name="consumer">A consumer with a deserializer of <see cref="EndToEndKafka.Decrypt"/> or <see cref="EndToEndKafka.DecryptVerified"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The record.</returns>
    /// <remarks>
    /// Set <c>EnableAutoOffsetStore = false</c>, and call <c>StoreOffset</c> or <c>Commit</c> for a record that was processed. By default
    /// librdkafka counts a record as processed when it hands it out: one that waits here for its key would be committed, and not read
    /// again by the next process.
    /// </remarks>
    /// <exception cref="ConsumeException">The record was refused for good; the next call reads the next one.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public static ConsumeResult<TKey, TValue> ConsumeDecrypted<TKey, TValue>(
        this IConsumer<TKey, TValue> consumer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        var paused = PausedPartitions.GetOrCreateValue(consumer);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Resume(consumer, paused);
            try
            {
                var result = paused.Count == 0 ? consumer.Consume(cancellationToken) : consumer.Consume(Poll);
                if (result is null)
                    continue;
                if (result.IsPartitionEOF || result.Message.Value is not IVerified { Failure.Kind: FailureKind.Transient })
                    return result;

                RetryLater(consumer, paused, result.TopicPartitionOffset);
            }
            catch (ConsumeException e) when (e.GetOpenFailure() is { Kind: FailureKind.Transient })
            {
                RetryLater(consumer, paused, e.ConsumerRecord.TopicPartitionOffset);
            }
        }
    }

    private static void RetryLater<TKey, TValue>(
        IConsumer<TKey, TValue> consumer, Dictionary<TopicPartition, long> paused, TopicPartitionOffset record)
    {
        consumer.Seek(record);
        consumer.Pause([record.TopicPartition]);
        paused[record.TopicPartition] = TimeProvider.System.GetTimestamp();
    }

    private static void Resume<TKey, TValue>(IConsumer<TKey, TValue> consumer, Dictionary<TopicPartition, long> paused)
    {
        if (paused.Count == 0)
            return;

        var due = paused.Where(pair => TimeProvider.System.GetElapsedTime(pair.Value) >= Pause).Select(pair => pair.Key).ToList();
        foreach (var partition in due)
            paused.Remove(partition);

        // A partition that was taken away in a rebalance is no longer ours to resume.
        var assigned = due.Intersect(consumer.Assignment).ToList();
        if (assigned.Count > 0)
            consumer.Resume(assigned);
    }
}

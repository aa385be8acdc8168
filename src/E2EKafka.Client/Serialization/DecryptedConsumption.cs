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
    /// <typeparam name="TKey">The record key's type.</typeparam>
    /// <typeparam name="TValue">The record value's type.</typeparam>
    /// <param name="consumer">A consumer with a deserializer of <see cref="EndToEndKafka.Decrypt"/> or <see cref="EndToEndKafka.DecryptVerified"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The record.</returns>
    /// <remarks>
    /// The consumer must have <c>EnableAutoOffsetStore = false</c>; call <c>StoreOffset</c> or <c>Commit</c> for a record that was
    /// processed. By default librdkafka counts a record as processed when it hands it out: one that waits here for its key would be
    /// committed, and not read again by the next process.
    /// </remarks>
    /// <exception cref="EndToEndKafkaException"><see cref="FailureReason.OptionsInvalid"/>: the consumer stores offsets by itself.</exception>
    /// <exception cref="ConsumeException">The record was refused for good; the next call reads the next one.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public static ConsumeResult<TKey, TValue> ConsumeDecrypted<TKey, TValue>(
        this IConsumer<TKey, TValue> consumer, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        if (!PausedPartitions.TryGetValue(consumer, out var paused))
        {
            RequireThatOffsetsAreNotStoredBefore(consumer);
            paused = PausedPartitions.GetOrCreateValue(consumer);
        }

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

    // A consumer does not show its configuration, but it refuses to have an offset stored if it stores them by itself, before it looks
    // for the partition.
    private static void RequireThatOffsetsAreNotStoredBefore<TKey, TValue>(IConsumer<TKey, TValue> consumer)
    {
        try
        {
            consumer.StoreOffset(new TopicPartitionOffset("e2ekafka-no-such-topic", 0, 0));
        }
        catch (KafkaException e) when (e.Error.Code == ErrorCode.Local_InvalidArg)
        {
            throw new EndToEndKafkaException(FailureReason.OptionsInvalid,
                "The consumer counts a record as processed when it is handed out, so one that waits for its key could be lost in a restart. Set EnableAutoOffsetStore = false in the consumer's configuration, and call StoreOffset or Commit for each record that was processed.");
        }
        catch (KafkaException)
        {
            // The partition is not assigned, as expected.
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

using System.Runtime.CompilerServices;
using Confluent.Kafka;
using E2EKafka.Serialization;

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
    /// <para>
    /// With <see cref="EndToEndKafka.DecryptVerified"/> every record that is refused comes as a value whose <see cref="Verified{T}.Failure"/>
    /// says why, and the loop goes on. So does one whose key's deserializer fails, which a plain <c>Consume</c> can only throw. The key of a
    /// record whose key was refused is the type's default.
    /// </para>
    /// <para>
    /// A message that is bound to a record key is compared with the record's, where that is seen as bytes: by a key deserializer of
    /// <see cref="EndToEndKafka.BindKey{T}(IDeserializer{T})"/>, and here, if <typeparamref name="TKey"/> is <c>byte[]</c> (a deserializer of
    /// <c>byte[]</c> that changes the key must be inside <c>BindKey</c>, or bound messages are refused). Elsewhere
    /// <see cref="MessageOrigin.KeyBinding"/> says <see cref="RecordKeyBinding.NotCompared"/>.
    /// </para>
    /// </remarks>
    /// <exception cref="EndToEndKafkaException"><see cref="FailureReason.OptionsInvalid"/>: the consumer stores offsets by itself.</exception>
    /// <exception cref="ConsumeException">The record was refused for good; the next call reads the next one. Not with <see cref="EndToEndKafka.DecryptVerified"/>.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public static ConsumeResult<TKey, TValue> ConsumeDecrypted<TKey, TValue>(
        this IConsumer<TKey, TValue> consumer, CancellationToken cancellationToken = default)
    {
        var paused = PausedPartitionsOf(consumer);
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Resume(consumer, paused);
            if (TryConsume(consumer, paused, paused.Count == 0 ? null : Poll, cancellationToken) is { } result)
                return result;
        }
    }

    /// <summary>As the other overload, and waits no longer than a time for the next record that can be opened.</summary>
    /// <typeparam name="TKey">The record key's type.</typeparam>
    /// <typeparam name="TValue">The record value's type.</typeparam>
    /// <param name="consumer">A consumer with a deserializer of <see cref="EndToEndKafka.Decrypt"/> or <see cref="EndToEndKafka.DecryptVerified"/>.</param>
    /// <param name="timeout">How long to wait; zero takes what has arrived already. A record that waits for its key can take longer by that wait.</param>
    /// <returns>The record; <see langword="null"/> if none came in time.</returns>
    /// <exception cref="EndToEndKafkaException"><see cref="FailureReason.OptionsInvalid"/>: the consumer stores offsets by itself.</exception>
    /// <exception cref="ConsumeException">The record was refused for good; the next call reads the next one. Not with <see cref="EndToEndKafka.DecryptVerified"/>.</exception>
    public static ConsumeResult<TKey, TValue>? ConsumeDecrypted<TKey, TValue>(this IConsumer<TKey, TValue> consumer, TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        var paused = PausedPartitionsOf(consumer);
        var startedAt = TimeProvider.System.GetTimestamp();
        while (true)
        {
            Resume(consumer, paused);
            var left = timeout - TimeProvider.System.GetElapsedTime(startedAt);
            var wait = left <= TimeSpan.Zero ? TimeSpan.Zero : paused.Count > 0 && Poll < left ? Poll : left;
            if (TryConsume(consumer, paused, wait, CancellationToken.None) is { } result)
                return result;
            if (left <= TimeSpan.Zero)
                return null;
        }
    }

    private static Dictionary<TopicPartition, long> PausedPartitionsOf<TKey, TValue>(IConsumer<TKey, TValue> consumer)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        if (PausedPartitions.TryGetValue(consumer, out var paused))
            return paused;

        RequireThatOffsetsAreNotStoredBefore(consumer);
        return PausedPartitions.GetOrCreateValue(consumer);
    }

    /// <param name="consumer">The consumer.</param>
    /// <param name="paused">Its paused partitions.</param>
    /// <param name="wait">How long to wait; <see langword="null"/>: until something comes, or the wait is cancelled.</param>
    /// <param name="cancellationToken">Ends a wait without end.</param>
    /// <returns><see langword="null"/> if none came, or one that is to be read again later.</returns>
    private static ConsumeResult<TKey, TValue>? TryConsume<TKey, TValue>(
        IConsumer<TKey, TValue> consumer, Dictionary<TopicPartition, long> paused, TimeSpan? wait, CancellationToken cancellationToken)
    {
        using var uncompared = typeof(TKey) == typeof(byte[]) ? UncomparedKey.Watch() : null;
        try
        {
            var result = wait is { } limit ? consumer.Consume(limit) : consumer.Consume(cancellationToken);
            if (result is null || result.IsPartitionEOF)
                return result;
            if (result.Message.Value is not IVerified { Failure.Kind: FailureKind.Transient })
                return WithComparedKey(result, uncompared);

            RetryLater(consumer, paused, result.TopicPartitionOffset);
        }
        catch (ConsumeException e) when (e.GetOpenFailure() is { Kind: FailureKind.Transient })
        {
            RetryLater(consumer, paused, e.ConsumerRecord.TopicPartitionOffset);
        }
        catch (ConsumeException e) when (RefusedValues<TValue>.Create is { } create && FailureOf(e) is { } failure)
        {
            return AsValue<TKey, TValue>(e.ConsumerRecord, create(failure));
        }

        return null;
    }

    /// <summary>Compares the key of a record that is bound to one, if no deserializer of ours has done it.</summary>
    /// <exception cref="ConsumeException">It is another.</exception>
    private static ConsumeResult<TKey, TValue> WithComparedKey<TKey, TValue>(ConsumeResult<TKey, TValue> result, UncomparedKey? uncompared)
    {
        // A key that was refused must not be used by mistake.
        if (result.Message.Value is IVerified { Failure.Reason: FailureReason.RecordKeyMismatch })
            result.Message.Key = default!;
        if (uncompared is null || !uncompared.Is(result.Message.Headers))
            return result;

        var key = (byte[]?)(object?)result.Message.Key;
        if (uncompared.Compare(key, result.Topic) is not { } failure)
        {
            (result.Message.Value as IVerified)?.KeyMatches();
            return result;
        }

        var record = new ConsumeResult<byte[], byte[]>
        {
            TopicPartitionOffset = result.TopicPartitionOffset,
            Message = new Message<byte[], byte[]>
            {
                Key = key!,
                Value = uncompared.CopyValue()!,
                Headers = result.Message.Headers,
                Timestamp = result.Message.Timestamp,
            },
        };
        return RefusedValues<TValue>.Create is { } create
            ? AsValue<TKey, TValue>(record, create(failure))
            : throw new ConsumeException(record, new Error(ErrorCode.Local_KeyDeserialization, failure.Message), new MessageOpenException(failure));
    }

    /// <summary>Why one record cannot be had, as far as that is a matter of this record; <see langword="null"/> if Kafka has another problem.</summary>
    private static OpenFailure? FailureOf(ConsumeException exception)
    {
        if (exception.ConsumerRecord?.Message is null || exception.Error.Code is not (ErrorCode.Local_KeyDeserialization or ErrorCode.Local_ValueDeserialization))
            return null;

        return exception.GetOpenFailure() ?? new OpenFailure(
            FailureReason.InnerSerializerFailed,
            $"The {(exception.Error.Code == ErrorCode.Local_KeyDeserialization ? "key" : "value")} of a record on topic '{exception.ConsumerRecord.Topic}' cannot be deserialized ({exception.InnerException?.GetType().Name}). Its message is withheld, because it may hold plaintext; call the deserializer by itself to see it.");
    }

    private static ConsumeResult<TKey, TValue> AsValue<TKey, TValue>(ConsumeResult<byte[], byte[]> record, TValue refused) => new()
    {
        TopicPartitionOffset = record.TopicPartitionOffset,
        Message = new Message<TKey, TValue>
        {
            Key = default!,
            Value = refused,
            Headers = record.Message.Headers,
            Timestamp = record.Message.Timestamp,
        },
    };

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

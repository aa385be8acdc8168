using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Confluent.Kafka;
using E2EKafka.Serialization;

namespace E2EKafka;

/// <summary>Consumes without passing over a record that was only early.</summary>
[SuppressMessage("ApiDesign", "RS0026:Do not add multiple overloads with optional parameters", Justification = "They differ in a parameter that is not optional, or in its type.")]
public static partial class DecryptedConsumption
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private static readonly ConditionalWeakTable<object, ConsumptionState> Consumers = [];

    /// <summary>
    /// Consumes the next record that can be opened. One whose key is not here yet, or whose deserializer lacks something that comes back by
    /// itself (<see cref="FailureKind.Transient"/>), is not passed over: its partition is paused and read again from that record, while other
    /// partitions go on.
    /// </summary>
    /// <typeparam name="TKey">The record key's type.</typeparam>
    /// <typeparam name="TValue">The record value's type.</typeparam>
    /// <param name="consumer">A consumer with a deserializer of <see cref="EndToEndKafka.Decrypt"/> or <see cref="EndToEndKafka.DecryptVerified"/>.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="storeOffsets">
    /// Whether each call stores the offset of the record before, which was processed by then; not where this member was removed, so that the
    /// record stays for the next consumer of the group. Default <see langword="true"/>. Set it to
    /// <see langword="false"/> to call <c>StoreOffset</c> for each record yourself, as where records are processed in parallel.
    /// </param>
    /// <returns>The record.</returns>
    /// <remarks>
    /// The consumer must have <c>EnableAutoOffsetStore = false</c>, which <see cref="EndToEndKafka.Configure(ConsumerConfig)"/> sets. By default
    /// librdkafka counts a record as processed when it hands it out: one that waits here would be committed, and not read again by the next process.
    /// <para>
    /// A partition that waits is paused in librdkafka, and resumed when it need not wait any more. An application that pauses partitions itself
    /// must pause such a one again: librdkafka knows one pause, not two.
    /// </para>
    /// <para>
    /// With a time to give up (<see cref="EndToEndKafka.Decrypt"/>, <c>giveUpAfter</c>), a record that has waited for that long is thrown, or comes
    /// as a value with its failure, which is still <see cref="FailureKind.Transient"/>. The next call reads the next record.
    /// </para>
    /// <para>
    /// With <see cref="EndToEndKafka.DecryptVerified"/> every record that is refused comes as a value whose <see cref="Verified{T}.Failure"/>
    /// says why, and the loop goes on. So does one whose key's deserializer fails, which a plain <c>Consume</c> can only throw. The key of a
    /// record whose key was refused is the type's default.
    /// </para>
    /// <para>
    /// A message that is bound to a record key is compared with the record's, where that is seen as bytes: by a key deserializer of
    /// <see cref="EndToEndKafka.BindKey{T}(IDeserializer{T}, MissingKey, TimeSpan?, Func{Exception, bool})"/>, and here, if <typeparamref name="TKey"/> is <c>byte[]</c> (a deserializer of
    /// <c>byte[]</c> that changes the key must be inside <c>BindKey</c>, or bound messages are refused). Elsewhere
    /// <see cref="MessageOrigin.KeyBinding"/> says <see cref="RecordKeyBinding.NotCompared"/>.
    /// </para>
    /// </remarks>
    /// <exception cref="EndToEndKafkaException"><see cref="FailureReason.OptionsInvalid"/>: the consumer stores offsets by itself.</exception>
    /// <exception cref="ConsumeException">The record was refused for good, or given up; the next call reads the next one. Not with <see cref="EndToEndKafka.DecryptVerified"/>.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    [SuppressMessage("Design", "CA1068", Justification = "The token is what most callers pass, and alone.")]
    public static ConsumeResult<TKey, TValue> ConsumeDecrypted<TKey, TValue>(
        this IConsumer<TKey, TValue> consumer, CancellationToken cancellationToken = default, bool storeOffsets = true)
    {
        var state = Begin(consumer, storeOffsets);
        var waiting = state.Waiting;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            waiting.ResumeWhatIsDue(consumer);
            if (TryConsume(consumer, state, waiting.Count == 0 ? null : Poll, storeOffsets, cancellationToken) is { } result)
                return result;
        }
    }

    /// <summary>As the other overload, and waits no longer than a time for the next record that can be opened.</summary>
    /// <typeparam name="TKey">The record key's type.</typeparam>
    /// <typeparam name="TValue">The record value's type.</typeparam>
    /// <param name="consumer">A consumer with a deserializer of <see cref="EndToEndKafka.Decrypt"/> or <see cref="EndToEndKafka.DecryptVerified"/>.</param>
    /// <param name="timeout">How long to wait; zero takes what has arrived already.</param>
    /// <param name="storeOffsets">Whether each call stores the offset of the record before. Default <see langword="true"/>.</param>
    /// <returns>The record; <see langword="null"/> if none came in time.</returns>
    /// <exception cref="EndToEndKafkaException"><see cref="FailureReason.OptionsInvalid"/>: the consumer stores offsets by itself.</exception>
    /// <exception cref="ConsumeException">The record was refused for good, or given up; the next call reads the next one. Not with <see cref="EndToEndKafka.DecryptVerified"/>.</exception>
    public static ConsumeResult<TKey, TValue>? ConsumeDecrypted<TKey, TValue>(this IConsumer<TKey, TValue> consumer, TimeSpan timeout, bool storeOffsets = true)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        var state = Begin(consumer, storeOffsets);
        var waiting = state.Waiting;
        var startedAt = TimeProvider.System.GetTimestamp();
        while (true)
        {
            waiting.ResumeWhatIsDue(consumer);
            var left = timeout - TimeProvider.System.GetElapsedTime(startedAt);
            var wait = left <= TimeSpan.Zero ? TimeSpan.Zero : waiting.Count > 0 && Poll < left ? Poll : left;
            if (TryConsume(consumer, state, wait, storeOffsets, CancellationToken.None) is { } result)
                return result;
            if (left <= TimeSpan.Zero)
                return null;
        }
    }

    private static ConsumptionState Begin<TKey, TValue>(IConsumer<TKey, TValue> consumer, bool storeOffsets)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        if (!Consumers.TryGetValue(consumer, out var state))
        {
            RequireThatOffsetsAreNotStoredBefore(consumer);
            state = Consumers.GetOrCreateValue(consumer);
        }

        state.Waiting.BeginCall(consumer, storeOffsets);
        state.ThrowWhatIsLeft(storeOffsets);
        return state;
    }

    /// <param name="consumer">The consumer.</param>
    /// <param name="state">What is kept of it.</param>
    /// <param name="limit">How long to wait; <see langword="null"/>: until something comes, or the wait is cancelled.</param>
    /// <param name="storeOffsets">Whether the next call stores what this one returns.</param>
    /// <param name="cancellationToken">Ends a wait without end.</param>
    /// <returns><see langword="null"/> if none came, or one that is to be read again later.</returns>
    private static ConsumeResult<TKey, TValue>? TryConsume<TKey, TValue>(
        IConsumer<TKey, TValue> consumer, ConsumptionState state, TimeSpan? limit, bool storeOffsets, CancellationToken cancellationToken)
    {
        var waiting = state.Waiting;
        using var nonBlocking = state.WithoutBlocking(consumer);
        using var suspended = DeferredValues.Suspend();
        using var uncompared = typeof(TKey) == typeof(byte[]) ? UncomparedKey.Watch() : null;
        try
        {
            var result = limit is { } time ? consumer.Consume(time) : consumer.Consume(cancellationToken);
            if (result is null || result.IsPartitionEOF)
                return result;
            var refused = (result.Message.Value as IVerified)?.Failure;
            if (waiting.MustWait(consumer, result.TopicPartitionOffset, refused))
                return null;

            waiting.HandOver(result.TopicPartitionOffset, storeOffsets, refused);
            return WithComparedKey(result, uncompared);
        }
        catch (ConsumeException e) when (e.ConsumerRecord is not null && FailureOf(e) is { } failure)
        {
            if (waiting.MustWait(consumer, e.ConsumerRecord.TopicPartitionOffset, failure))
                return null;

            waiting.HandOver(e.ConsumerRecord.TopicPartitionOffset, storeOffsets, failure);
            if (RefusedValues<TValue>.Create is { } create)
                return AsValue<TKey, TValue>(e.ConsumerRecord, create(failure));

            throw;
        }
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
        if (uncompared.Matches(key))
        {
            (result.Message.Value as IVerified)?.KeyMatches();
            return result;
        }

        var failure = uncompared.Refuse(result.Topic);
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

        if (exception.GetOpenFailure() is { } ours)
            return ours;

        var passes = exception.InnerException is { } cause && TransientExceptions.AreIn(cause);
        return new OpenFailure(
            passes ? FailureReason.InnerSerializerUnavailable : FailureReason.InnerSerializerFailed,
            $"The {(exception.Error.Code == ErrorCode.Local_KeyDeserialization ? "key" : "value")} of a record on topic '{exception.ConsumerRecord.Topic}' cannot be deserialized ({exception.InnerException?.GetType().Name}). Its message is in the inner exception, which may hold plaintext.")
        {
            InnerException = exception.InnerException,
        };
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
}

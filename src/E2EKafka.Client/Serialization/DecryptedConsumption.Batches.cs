using Confluent.Kafka;
using E2EKafka.Messages;
using E2EKafka.Serialization;

namespace E2EKafka;

/// <content>Consumes many records at a time.</content>
public static partial class DecryptedConsumption
{
    /// <summary>
    /// Consumes the next records that can be opened, and opens those that are signed on all cores. Records of a partition come in order. What
    /// <see cref="ConsumeDecrypted{TKey, TValue}(IConsumer{TKey, TValue}, CancellationToken, bool)"/> says of records that wait holds here: such a
    /// record, and those behind it in its partition, are not in the batch and come in a later one, while other partitions go on.
    /// </summary>
    /// <typeparam name="TKey">The record key's type.</typeparam>
    /// <typeparam name="TValue">The record value's type.</typeparam>
    /// <param name="consumer">A consumer with a deserializer of <see cref="EndToEndKafka.Decrypt"/> or <see cref="EndToEndKafka.DecryptVerified"/>.</param>
    /// <param name="max">How many records at most, from 1 on.</param>
    /// <param name="timeout">How long to wait for the first one; zero takes what has arrived already. The others are those that have arrived by then.</param>
    /// <param name="storeOffsets">
    /// Whether each call stores the offsets of the batch before, which was processed by then. Default <see langword="true"/>. Set it to
    /// <see langword="false"/> to call <c>StoreOffset</c> for each record yourself.
    /// </param>
    /// <param name="cancellationToken">Ends the wait. The offsets of the batch before are stored all the same. Default: never.</param>
    /// <returns>The records, which are the caller's; none if none came in time.</returns>
    /// <remarks>
    /// <para>
    /// The consumer must have <c>EnableAutoOffsetStore = false</c>, as for <c>ConsumeDecrypted</c>. A batch has no record of a partition that was
    /// taken away while it was consumed, and no record twice where the partition was given back. A process that ends before it has asked for the next batch reads this one again.
    /// </para>
    /// <para>
    /// Only verifying and decrypting happens on other threads: the application's deserializers are called by this call's thread. Values are
    /// opened one after the other where messages have no signature, for that takes about a microsecond; where another deserializer is around the
    /// one of <see cref="EndToEndKafka.Decrypt"/>; and where <paramref name="consumer"/> is not Confluent.Kafka's own but an object around it.
    /// </para>
    /// <para>
    /// With <see cref="EndToEndKafka.Decrypt"/> a batch ends before a record that is refused for good, and the next call throws. With
    /// <see cref="EndToEndKafka.DecryptVerified"/> such a record is in the batch, as a value with its failure.
    /// </para>
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="max"/> is below 1, or <paramref name="timeout"/> below zero.</exception>
    /// <exception cref="EndToEndKafkaException"><see cref="FailureReason.OptionsInvalid"/>: the consumer stores offsets by itself.</exception>
    /// <exception cref="ConsumeException">The next record was refused for good, or given up; the next call reads on behind it. Not with <see cref="EndToEndKafka.DecryptVerified"/>.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    public static IReadOnlyList<ConsumeResult<TKey, TValue>> ConsumeDecryptedBatch<TKey, TValue>(
        this IConsumer<TKey, TValue> consumer, int max, TimeSpan timeout, bool storeOffsets = true, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(max, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(timeout, TimeSpan.Zero);
        var state = Begin(consumer, storeOffsets);
        var startedAt = TimeProvider.System.GetTimestamp();
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            state.Waiting.ResumeWhatIsDue(consumer);
            var left = timeout - TimeProvider.System.GetElapsedTime(startedAt);
            var wait = left <= TimeSpan.Zero ? TimeSpan.Zero : (state.Waiting.Count > 0 || cancellationToken.CanBeCanceled) && Poll < left ? Poll : left;
            if (ConsumeBatch(consumer, state, max, wait, storeOffsets) is { Count: > 0 } batch)
                return batch;

            state.ThrowWhatIsLeft(storeOffsets);
            if (left <= TimeSpan.Zero)
                return [];
        }
    }

    private static List<ConsumeResult<TKey, TValue>> ConsumeBatch<TKey, TValue>(
        IConsumer<TKey, TValue> consumer, ConsumptionState state, int max, TimeSpan wait, bool storeOffsets)
    {
        List<ConsumedRecord<TKey, TValue>> records = [];
        using var nonBlocking = state.WithoutBlocking(consumer);
        using var uncompared = typeof(TKey) == typeof(byte[]) ? UncomparedKey.Watch() : null;
        var deserializer = state.DeserializerOf(consumer);
        try
        {
            Consume(consumer, state, records, max, wait, deserializer, uncompared);
            state.Consumed(records.Count);
            var deferred = records.Select(static record => record.Deferred).OfType<DeferredValue>().ToList();
            AllCores.For(deferred.Count, takeLong: true, i => deferred[i].Open());
            return HandOver(consumer, state, records, deserializer, uncompared, storeOffsets);
        }
        finally
        {
            foreach (var record in records)
                record.Deferred?.Dispose();
        }
    }

    // Ends with a record that may have to wait: one behind it is not looked at before that is decided.
    private static void Consume<TKey, TValue>(
        IConsumer<TKey, TValue> consumer, ConsumptionState state, List<ConsumedRecord<TKey, TValue>> records, int max, TimeSpan wait,
        IDeferringDeserializer<TValue>? deserializer, UncomparedKey? uncompared)
    {
        using var deferring = DeferredValues.Of(deserializer);
        while (records.Count < max)
        {
            try
            {
                if (consumer.Consume(records.Count == 0 ? wait : TimeSpan.Zero) is not { } result)
                    return;

                var deferred = TakeLast(deferring, result, consumer, state);
                var refused = result.IsPartitionEOF || deferred is not null ? null : (result.Message.Value as IVerified)?.Failure;
                if (!result.IsPartitionEOF && deferred is null && refused is not { Kind: FailureKind.Transient })
                    result = WithComparedKey(result, uncompared);
                records.Add(new ConsumedRecord<TKey, TValue>(result, deferred, refused));
                if (refused is { Kind: FailureKind.Transient })
                    return;
            }
            catch (ConsumeException e) when (e.ConsumerRecord is not null && FailureOf(e) is { } failure)
            {
                records.Add(new ConsumedRecord<TKey, TValue>(null, Failure: failure, Exception: e));
                return;
            }
            catch (Exception e) when (records.Count > 0)
            {
                // Kafka's trouble is no reason to lose what has come before it.
                state.Leave(e);
                return;
            }
        }
    }

    private static DeferredValue? TakeLast<TKey, TValue>(
        DeferredValues deferring, ConsumeResult<TKey, TValue> result, IConsumer<TKey, TValue> consumer, ConsumptionState state)
    {
        try
        {
            return deferring.TakeLast(result.IsPartitionEOF ? null : result.Message.Headers);
        }
        catch (EndToEndKafkaException) when (!result.IsPartitionEOF)
        {
            state.Waiting.ReadAgain(consumer, result.TopicPartitionOffset);
            throw;
        }
    }

    private static List<ConsumeResult<TKey, TValue>> HandOver<TKey, TValue>(
        IConsumer<TKey, TValue> consumer, ConsumptionState state, List<ConsumedRecord<TKey, TValue>> records,
        IDeferringDeserializer<TValue>? deserializer, UncomparedKey? uncompared, bool storeOffsets)
    {
        List<ConsumeResult<TKey, TValue>> batch = new(records.Count);

        // A partition may be taken away by each call of Consume. What was consumed of it before is its next consumer's.
        var assigned = records.Count > 0 ? consumer.Assignment.ToHashSet() : null;
        HashSet<TopicPartition> stopped = [];
        var comesAgain = ComingAgain(records);
        foreach (var record in records)
        {
            var place = record.Place;
            if (place.Topic is not null && (stopped.Contains(place.TopicPartition) || assigned?.Contains(place.TopicPartition) == false || comesAgain?.Contains(record) == true))
                continue;

            var (result, failure) = (record.Result, record.Failure);
            if (result?.IsPartitionEOF == true)
            {
                batch.Add(result);
                continue;
            }

            if (record.Deferred is not null && !TryFinish(record, deserializer!, uncompared, ref result, ref failure))
            {
                state.Refused();
                state.Waiting.ReadAgain(consumer, place);
                stopped.Add(place.TopicPartition);
                continue;
            }

            if (state.Waiting.MustWait(consumer, place, failure))
            {
                stopped.Add(place.TopicPartition);
                continue;
            }

            if (record.Exception is { } exception)
            {
                if (RefusedValues<TValue>.Create is not { } create)
                {
                    state.Refused();
                    state.Leave(exception, place, failure);
                    return batch;
                }

                result = AsValue<TKey, TValue>(exception.ConsumerRecord, create(failure!));
            }

            state.Waiting.HandOver(place, storeOffsets, failure);
            batch.Add(result!);
        }

        return batch;
    }

    // A partition that was taken away and given back within the batch is read from its committed offset again: each record counts where it comes last.
    private static HashSet<ConsumedRecord<TKey, TValue>>? ComingAgain<TKey, TValue>(List<ConsumedRecord<TKey, TValue>> records)
    {
        HashSet<ConsumedRecord<TKey, TValue>>? again = null;
        Dictionary<TopicPartition, long> first = [];
        for (var i = records.Count - 1; i >= 0; i--)
        {
            var place = records[i].Place;
            if (place.Topic is null || records[i].Result?.IsPartitionEOF == true)
                continue;

            if (!first.TryGetValue(place.TopicPartition, out var behind) || place.Offset.Value < behind)
                first[place.TopicPartition] = place.Offset.Value;
            else
                (again ??= new(ReferenceEqualityComparer.Instance)).Add(records[i]);
        }

        return again;
    }

    /// <returns>
    /// Whether the record is there, or a value that says why not. An exception must have the record as Kafka has it, and only Consume knows that:
    /// it has to read the record again.
    /// </returns>
    private static bool TryFinish<TKey, TValue>(
        ConsumedRecord<TKey, TValue> record, IDeferringDeserializer<TValue> deserializer, UncomparedKey? uncompared,
        ref ConsumeResult<TKey, TValue>? result, ref OpenFailure? failure)
    {
        var isOfRefusals = RefusedValues<TValue>.Create is not null;
        try
        {
            failure = deserializer.Finish(record.Deferred!, out var value);
            result!.Message.Value = value!;
            if (failure is not null && !isOfRefusals)
                return false;
            if (!isOfRefusals && uncompared is not null && uncompared.Is(result.Message.Headers) && !uncompared.Matches((byte[]?)(object?)result.Message.Key))
                return false;

            result = WithComparedKey(result, uncompared);
            return true;
        }
        catch (Exception)
        {
            return false;
        }
    }
}

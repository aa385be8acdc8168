using Confluent.Kafka;
using E2EKafka.Diagnostics;
using E2EKafka.Messages;

namespace E2EKafka.Serialization;

/// <summary>
/// The partitions of one consumer that are paused because their next record cannot be opened yet. For the thread that consumes.
/// </summary>
/// <remarks>
/// librdkafka keeps a pause while a partition is taken away and given back, and it does not tell us of either. So a partition is
/// remembered until it was resumed while it was assigned. Its position is librdkafka's: where the partition was given back in between, reading goes on
/// from the committed offset, as in any consumer, and no seek of ours may skip what lies before.
/// </remarks>
internal sealed class WaitingPartitions
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PauseOfSearch = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    private readonly Dictionary<TopicPartition, WaitingRecord> _waiting = [];
    private readonly Dictionary<TopicPartition, long> _unopened = [];
    private readonly List<TopicPartitionOffset> _handedOver = [];
    private bool _isNextCall;
    private long _lookedAt;

    /// <summary>How many partitions wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>Whether a record is to come again that <see cref="ReadAgain"/> was called for.</summary>
    public bool ReadsAgain => _waiting.Values.Any(static waiting => waiting.IsReadAgain);

    /// <summary>Whether a record must wait: then its partition is paused, and read from it again later.</summary>
    public bool MustWait<TKey, TValue>(IConsumer<TKey, TValue> consumer, TopicPartitionOffset record, OpenFailure? failure)
    {
        // Where the consumer hides its records' topics, every record is refused, and for good.
        if (record.Topic is null)
            return false;

        // Where librdkafka has not gone back to the record that waits, those behind it must not come before it.
        var waiting = _waiting.GetValueOrDefault(record.TopicPartition);
        if (waiting is { IsSought: false } && waiting.Record.Offset.Value < record.Offset.Value)
        {
            GoBack(consumer, waiting);
            return true;
        }

        var known = waiting is not null && waiting.Record.Offset == record.Offset ? waiting : null;
        if (known is null)
            Forget(record.TopicPartition);
        var since = known?.Since ?? TimeProvider.System.GetTimestamp();
        if (failure is not { Kind: FailureKind.Transient, HasGivenUp: false } ||
            (failure.GiveUpAfter is { } limit && TimeProvider.System.GetElapsedTime(since) >= limit))
        {
            known?.Wait?.Outcome = failure is null ? WaitOutcome.Opened : failure.Kind == FailureKind.Transient ? WaitOutcome.GivenUp : WaitOutcome.Refused;
            Forget(record.TopicPartition);
            return false;
        }

        var wait = known?.Wait ?? failure.BeginWait?.Invoke();
        var next = new WaitingRecord(record, since, TimeProvider.System.GetTimestamp(), failure.Search, wait);
        next.Seen(record);
        GoBack(consumer, next);
        return true;
    }

    /// <summary>Has a record, and those behind it, come again at once. One that has waited has waited since then.</summary>
    public void ReadAgain<TKey, TValue>(IConsumer<TKey, TValue> consumer, TopicPartitionOffset record)
    {
        // As where a record must wait: one before it, to which librdkafka has not gone back, comes first.
        var known = _waiting.GetValueOrDefault(record.TopicPartition);
        if (known is { IsSought: false } && known.Record.Offset.Value < record.Offset.Value)
        {
            GoBack(consumer, known);
            return;
        }

        if (known is not null && known.Record.Offset != record.Offset)
        {
            Forget(record.TopicPartition);
            known = null;
        }

        var again = known ?? new WaitingRecord(record, TimeProvider.System.GetTimestamp(), PausedAt: 0, Search: null, Wait: null);
        GoBack(consumer, again with { PausedAt = 0, IsReadAgain = true });
    }

    // librdkafka refuses to seek in a partition that was taken away, whose next consumer reads the record, and in one that was just given, where it
    // is tried again.
    private void GoBack<TKey, TValue>(IConsumer<TKey, TValue> consumer, WaitingRecord waiting)
    {
        var partition = waiting.Record.TopicPartition;
        var isSought = false;
        try
        {
            consumer.Seek(waiting.Record);
            isSought = true;
            consumer.Pause([partition]);
        }
        catch (KafkaException) when (!consumer.Assignment.Contains(partition))
        {
            _waiting[partition] = waiting;
            Forget(partition);
            return;
        }
        catch (KafkaException)
        {
            // Still assigned.
        }

        _waiting[partition] = waiting with { IsSought = isSought, IsResumed = false };
    }

    /// <summary>Lets partitions go on whose record may be opened now.</summary>
    public void ResumeWhatIsDue<TKey, TValue>(IConsumer<TKey, TValue> consumer)
    {
        // Not for each record of the partitions that go on: to ask for the assignment costs more than a record.
        if (_waiting.Count == 0 || TimeProvider.System.GetElapsedTime(_lookedAt) < LookInterval)
            return;

        _lookedAt = TimeProvider.System.GetTimestamp();
        var assigned = consumer.Assignment.ToHashSet();
        List<TopicPartition> due = [];
        foreach (var (partition, waiting) in _waiting.ToList())
        {
            if (!assigned.Contains(partition))
            {
                // Given back, it is read from the committed offset.
                if (waiting.IsResumed)
                    Forget(partition);
                else
                    _waiting[partition] = waiting with { IsSought = true, IsReadAgain = false };
                continue;
            }

            waiting.Seen();
            if (!waiting.IsSought)
                GoBack(consumer, waiting);
            else if (!waiting.IsResumed && waiting.IsDue)
                due.Add(partition);
        }

        if (due.Count == 0)
            return;

        consumer.Resume(due);
        foreach (var partition in due)
            _waiting[partition] = _waiting[partition] with { IsResumed = true };
    }

    /// <summary>A call begins: what the last one that handed something over handed over is processed.</summary>
    public void BeginCall<TKey, TValue>(IConsumer<TKey, TValue> consumer, bool storesOffsets)
    {
        _isNextCall = true;
        if (storesOffsets)
            StoreProcessed(consumer);
    }

    /// <summary>A record is handed over: it is processed when the next call begins.</summary>
    /// <param name="record">The record.</param>
    /// <param name="isToBeStored">Whether its offset is stored then.</param>
    /// <param name="failure">Why it was not opened, if it was not. What a removed member cannot open stays for its group, and what comes after it.</param>
    public void HandOver(TopicPartitionOffset record, bool isToBeStored, OpenFailure? failure)
    {
        if (_isNextCall)
            _handedOver.Clear();
        _isNextCall = false;
        if (record.Topic is null)
            return;

        Forget(record.TopicPartition);
        if (_unopened.TryGetValue(record.TopicPartition, out var first) && record.Offset.Value <= first)
            _unopened.Remove(record.TopicPartition);
        if (failure is { IsOfMember: true, Kind: FailureKind.Denied })
            _unopened.TryAdd(record.TopicPartition, record.Offset.Value);
        if (!isToBeStored || _unopened.ContainsKey(record.TopicPartition))
            return;

        // The records of a partition come one after the other: only the last of them counts.
        if (_handedOver is [.., var last] && last.Partition == record.Partition && last.Topic == record.Topic)
            _handedOver[^1] = record;
        else
            _handedOver.Add(record);
    }

    private void StoreProcessed<TKey, TValue>(IConsumer<TKey, TValue> consumer)
    {
        foreach (var record in _handedOver)
            Store(consumer, record);
        _handedOver.Clear();
    }

    private static void Store<TKey, TValue>(IConsumer<TKey, TValue> consumer, TopicPartitionOffset record)
    {
        try
        {
            consumer.StoreOffset(new TopicPartitionOffset(record.TopicPartition, record.Offset + 1));
        }
        catch (KafkaException e) when (e.Error.Code is ErrorCode.Local_State or ErrorCode.Local_UnknownPartition)
        {
            // The partition was taken away. Its next consumer reads the record again, as it does without us.
        }
    }

    private void Forget(TopicPartition partition)
    {
        if (_waiting.Remove(partition, out var waiting))
            waiting.Wait?.Dispose();
    }

    /// <param name="Record">The record that waits.</param>
    /// <param name="Since">The monotonic clock when it was read first.</param>
    /// <param name="PausedAt">The monotonic clock when its partition was paused last.</param>
    /// <param name="Search">The search for its key, if one goes on.</param>
    /// <param name="Wait">Says that it waits for something else.</param>
    private sealed record WaitingRecord(TopicPartitionOffset Record, long Since, long PausedAt, SessionSearch? Search, RecordWait? Wait)
    {
        /// <summary>Whether the partition's position is the record again.</summary>
        public bool IsSought { get; init; }

        /// <summary>Whether it is being read again.</summary>
        public bool IsResumed { get; init; }

        /// <summary>Whether it need not wait, and is read again because its batch could not hand it over.</summary>
        public bool IsReadAgain { get; init; }

        public void Seen(TopicPartitionOffset? place = null)
        {
            Search?.Wait.Seen(place);
            Wait?.Seen(place);
        }

        // Also while the search goes on: after a change of hands the partition may stand at another record, whose key is here.
        public bool IsDue => Search?.Task.IsCompleted == true ||
            TimeProvider.System.GetElapsedTime(PausedAt) >= (Search is null ? Pause : PauseOfSearch);
    }
}

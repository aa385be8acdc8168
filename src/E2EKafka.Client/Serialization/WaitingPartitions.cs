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
    private TopicPartitionOffset? _handedOver;
    private long _lookedAt;

    /// <summary>How many partitions wait.</summary>
    public int Count => _waiting.Count;

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
            Forget(record.TopicPartition);
            return false;
        }

        var wait = known?.Wait ?? failure.BeginWait?.Invoke();
        var next = new WaitingRecord(record, since, TimeProvider.System.GetTimestamp(), failure.Search, wait);
        next.Seen(record);
        GoBack(consumer, next);
        return true;
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
                    _waiting[partition] = waiting with { IsSought = true };
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

    /// <summary>A record is handed over: it is processed when the next one is asked for.</summary>
    /// <param name="record">The record.</param>
    /// <param name="isToBeStored">Whether its offset is stored then.</param>
    /// <param name="failure">Why it was not opened, if it was not. What a removed member cannot open stays for its group, and what comes after it.</param>
    public void HandOver(TopicPartitionOffset record, bool isToBeStored, OpenFailure? failure)
    {
        _handedOver = null;
        if (record.Topic is null)
            return;

        Forget(record.TopicPartition);
        if (_unopened.TryGetValue(record.TopicPartition, out var first) && record.Offset.Value <= first)
            _unopened.Remove(record.TopicPartition);
        if (failure is { IsOfMember: true, Kind: FailureKind.Denied })
            _unopened.TryAdd(record.TopicPartition, record.Offset.Value);
        if (isToBeStored && !_unopened.ContainsKey(record.TopicPartition))
            _handedOver = record;
    }

    /// <summary>Stores the offset of the record that was handed over last.</summary>
    public void StoreProcessed<TKey, TValue>(IConsumer<TKey, TValue> consumer)
    {
        if (_handedOver is not { } record)
            return;

        _handedOver = null;
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

using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>
/// Look, then judge. Records of a partition are judged in order. One that depends on a record of another partition which has not
/// come waits until that partition was read to an end that was asked for after the record was read; then the judgement is final.
/// </summary>
/// <param name="judge">Judges a record, given the looks that were taken since it was read.</param>
/// <param name="concluded">Told what became of a record.</param>
internal sealed class ControlInbox(Func<ControlRecord, LooksSince, Judgement> judge, Action<ControlRecord, RecordProblem> concluded)
{
    /// <summary>How many records wait at most. A partition whose next record finds no room is read on from there when there is.</summary>
    public const int MaxWaiting = 10_000;

    /// <summary>How long a look takes at most: the end that was answered may never come.</summary>
    private static readonly TimeSpan MaxLook = TimeSpan.FromSeconds(30);

    /// <summary>How many bytes wait at most.</summary>
    private const long MaxWaitingBytes = 64 << 20;

    private readonly Dictionary<ControlPartition, InboxPartition> _partitions = [];
    private readonly List<(ControlPartition Partition, long After, Action Done, CancellationToken Cancelled)> _waiters = [];
    private long _arrivals;
    private int _waiting;
    private long _waitingBytes;

    /// <summary>A record came again, so the topic is not the one that was read: it was created again, or cut off.</summary>
    public Action<ControlPartition>? Recreated { get; set; }

    /// <summary>How many records wait for a look.</summary>
    public int Waiting => _waiting;

    /// <summary>The offset of the next record to judge; zero if none was.</summary>
    public long JudgedOf(ControlPartition partition) => Find(partition)?.Reached ?? 0;

    /// <summary>What had arrived when the end was asked for that a partition was last read to; −1 before the first look.</summary>
    public long LookedAt(ControlPartition partition) => Find(partition)?.LookedAt ?? -1;

    /// <summary>The offset of the next record to read; zero if none was read.</summary>
    public long PositionOf(ControlPartition partition) => Find(partition)?.Position ?? 0;

    /// <summary>When a partition had been read to its end last, and all of it judged.</summary>
    public DateTimeOffset? CaughtUpAt(ControlPartition partition) => Find(partition)?.CaughtUpAt;

    /// <summary>How far partitions were read and judged.</summary>
    public IEnumerable<KeyValuePair<ControlPartition, long>> JudgedPositions =>
        _partitions.Where(pair => pair.Value.Judged is not null).Select(pair => KeyValuePair.Create(pair.Key, pair.Value.Judged!.Value));

    /// <summary>The partitions that are read, or were by an earlier process.</summary>
    public IReadOnlyCollection<ControlPartition> Partitions => _partitions.Keys;

    /// <summary>Begins where an earlier process ended.</summary>
    public void Resume(ControlPartition partition, long position) => Of(partition).Resume(position);

    /// <summary>Begins at the start of a partition.</summary>
    public void Rewind(ControlPartition partition) => _partitions.Remove(partition);

    /// <summary>The topic is another one. All of it is read.</summary>
    public void StartAgain(ControlPartition partition)
    {
        var state = Of(partition);
        Recreate(partition, state);
        state.MoveTo(0, 0);
        (state.StoppedAt, state.AskedFrom) = (0, null);
    }

    public void Receive(ControlRecord record)
    {
        var partition = Of(record.Partition);
        if (partition.StoppedAt is not null)
            return;
        if (record.Offset is { } offset && partition.IsBack(offset))
            Recreate(record.Partition, partition);

        // Only what waits counts, and nothing on the authority's topic does: all others wait for it.
        if (record.Partition != ControlPartition.Authority && partition.Queue.Count > 0 &&
            (_waiting >= MaxWaiting || _waitingBytes + record.Value.Length > MaxWaitingBytes))
        {
            partition.StoppedAt = record.Offset;
            return;
        }

        if (record.Offset is { } next)
            partition.MoveTo(next, next + 1);

        var isBehindAnother = partition.Queue.Count > 0;
        partition.Queue.Enqueue((record, ++_arrivals));
        _waiting++;
        _waitingBytes += record.Value.Length;

        // What was taken may be what another record waits for.
        if (!isBehindAnother && JudgeNext(partition) && _waiting > 0)
            Judge();
        else
            EndLooks();
    }

    /// <summary>A partition has been read up to an offset, and there is no more now.</summary>
    public void CaughtUp(ControlPartition partition, DateTimeOffset now, long? end = null)
    {
        var state = Of(partition);
        if (state.StoppedAt is not null)
            return;
        if (end is { } offset)
        {
            if (state.IsBack(offset))
                Recreate(partition, state);
            state.MoveTo(offset, offset);
        }

        // One that is not reached yet stays: a flood behind it must not put it off.
        state.EndSeen ??= (now, state.Position);
        Judge();
    }

    /// <summary>The partitions that are to be read again from an offset, because there is room now. Each is to be answered with <see cref="ReadingAgain"/>.</summary>
    public IReadOnlyList<KeyValuePair<ControlPartition, long>> BeginAgain()
    {
        List<KeyValuePair<ControlPartition, long>> again = [];
        foreach (var (partition, state) in _partitions)
        {
            if (state.StoppedAt is { } offset && state.AskedFrom != offset && (state.Queue.Count == 0 || (_waiting <= MaxWaiting / 2 && _waitingBytes <= MaxWaitingBytes / 2)))
            {
                state.AskedFrom = offset;
                again.Add(KeyValuePair.Create(partition, offset));
            }
        }

        return again;
    }

    /// <summary>The records that come now begin at an offset that a partition was to be read again from.</summary>
    public void ReadingAgain(ControlPartition partition, long from)
    {
        // Since it was asked for, the topic may have turned out to be another: then it is read from its start.
        if (Find(partition) is { } state && state.StoppedAt == from)
            (state.StoppedAt, state.AskedFrom) = (null, null);
    }

    /// <summary>Has something done when a partition was read to an end that is asked for from now on.</summary>
    public void AfterLook(ControlPartition partition, Action done, CancellationToken cancellationToken = default) =>
        _waiters.Add((partition, ++_arrivals, done, cancellationToken));

    /// <summary>The partitions whose ends are to be asked for now. Each is to be answered with <see cref="LookFound"/> or <see cref="LookFailed"/>.</summary>
    /// <param name="now">The time: a look whose end was not reached for long is taken again.</param>
    public IReadOnlyList<ControlPartition> BeginLooks(DateTimeOffset now)
    {
        List<ControlPartition> looks = [];
        _waiters.RemoveAll(static waiter => waiter.Cancelled.IsCancellationRequested);
        foreach (var partition in Wanted().Distinct().ToList())
        {
            var state = Of(partition);
            if (state.LookAsked is not null && now - state.LookAskedAt < MaxLook)
                continue;

            (state.LookAsked, state.LookAskedAt, state.LookEnd, state.LookFrom) = (_arrivals, now, null, state.Position);
            state.Ask();
            looks.Add(partition);
        }

        return looks;
    }

    public void LookFound(ControlPartition partition, long end)
    {
        var state = Of(partition);

        // An answer to an older question says nothing of what has come since.
        if (state.TakeAnswer() > 0 || state.LookAsked is null)
            return;
        if (end < state.LookFrom)
        {
            StartAgain(partition);
            return;
        }

        state.LookEnd = end;
        Judge();
    }

    public void LookFailed(ControlPartition partition)
    {
        var state = Of(partition);
        if (state.TakeAnswer() == 0)
            state.LookAsked = null;
    }

    /// <summary>Judges what waits again: it may wait for time to pass.</summary>
    public void JudgeAgain()
    {
        if (_waiting == 0)
            return;

        foreach (var state in _partitions.Values)
            state.IsHeld = false;
        Judge();
    }

    private IEnumerable<ControlPartition> Wanted() =>
        _partitions.Values.Select(state => state.WaitsFor).OfType<ControlPartition>().Concat(_waiters.Select(waiter => waiter.Partition));

    private void Judge()
    {
        for (var any = true; any;)
        {
            any = false;
            foreach (var state in _partitions.Values.Where(state => !state.IsHeld).ToList())
                any |= JudgeNext(state);
            any |= EndLooks();
        }
    }

    private bool JudgeNext(InboxPartition state)
    {
        var any = false;
        while (state.Queue.TryPeek(out var head))
        {
            var judgement = judge(head.Record, new LooksSince(this, head.Arrival));
            (state.WaitsFor, state.IsHeld) = (judgement.WaitsFor, judgement.IsHeld);
            if (judgement.IsHeld || judgement.WaitsFor is not null)
                break;

            state.Queue.Dequeue();
            _waiting--;
            _waitingBytes -= head.Record.Value.Length;
            state.Done(head.Record.Offset);
            any = true;
            concluded(head.Record, judgement.Problem);
        }

        if (state.EndSeen is { } end && state.Reached >= end.Offset)
        {
            state.CaughtUpAt = end.At;
            state.EndSeen = null;
        }

        return any;
    }

    private bool EndLooks()
    {
        var any = false;
        foreach (var state in _partitions.Values)
        {
            if (state.LookEnd is not { } end || state.Reached < end)
                continue;

            (state.LookedAt, state.LookAsked, state.LookEnd) = (state.LookAsked!.Value, null, null);
            any = true;
        }

        foreach (var waiter in _waiters.Where(waiter => LookedAt(waiter.Partition) >= waiter.After).ToList())
        {
            _waiters.Remove(waiter);
            waiter.Done();
            any = true;
        }

        return any;
    }

    private void Recreate(ControlPartition partition, InboxPartition state)
    {
        foreach (var (record, _) in state.Queue)
        {
            _waiting--;
            _waitingBytes -= record.Value.Length;
        }

        state.Forget();
        Recreated?.Invoke(partition);
    }

    private InboxPartition? Find(ControlPartition partition) => _partitions.GetValueOrDefault(partition);

    private InboxPartition Of(ControlPartition partition)
    {
        if (!_partitions.TryGetValue(partition, out var state))
            _partitions[partition] = state = new InboxPartition();
        return state;
    }
}

namespace E2EKafka.KeyExchange;

/// <summary>What a <see cref="ControlInbox"/> knows of one partition.</summary>
internal sealed class InboxPartition
{
    private int _unanswered;

    public Queue<(ControlRecord Record, long Arrival)> Queue { get; } = new();

    public long Position { get; private set; }

    /// <summary>The offset of the next record to judge; <see langword="null"/> if no offset was seen.</summary>
    public long? Judged { get; private set; }

    /// <summary>An end that was read to, and is to be judged to.</summary>
    public (DateTimeOffset At, long Offset)? EndSeen { get; set; }

    /// <summary>How far all is judged: up to the first record that waits.</summary>
    public long Reached => Queue.TryPeek(out var head) && head.Record.Offset is { } offset ? offset : Position;

    /// <summary>The first record for which there was no room: what comes is dropped until it is read again from here.</summary>
    public long? StoppedAt { get; set; }

    /// <summary>The offset that this partition was asked to be read again from.</summary>
    public long? AskedFrom { get; set; }

    public DateTimeOffset? CaughtUpAt { get; set; }

    /// <summary>The partition that the first record of the queue waits for.</summary>
    public ControlPartition? WaitsFor { get; set; }

    /// <summary>Whether the first record of the queue waits for time to pass.</summary>
    public bool IsHeld { get; set; }

    /// <summary>What had arrived when the end of this partition was asked for, while it is.</summary>
    public long? LookAsked { get; set; }

    public DateTimeOffset LookAskedAt { get; set; }

    /// <summary>The offset of the next record to read when the end was asked for.</summary>
    public long LookFrom { get; set; }

    /// <summary>The end that was answered.</summary>
    public long? LookEnd { get; set; }

    /// <summary>What had arrived when the end was asked for that this partition was last read to.</summary>
    public long LookedAt { get; set; } = -1;

    public void Resume(long position) => Position = position;

    public void Ask() => _unanswered++;

    /// <summary>An answer has come.</summary>
    /// <returns>How many questions for the end were not answered yet.</returns>
    public int TakeAnswer() => _unanswered = Math.Max(0, _unanswered - 1);

    /// <summary>The topic is another: nothing that was read or asked of the old one counts.</summary>
    public void Forget()
    {
        Queue.Clear();
        (WaitsFor, IsHeld, LookAsked, LookEnd, EndSeen, LookedAt) = (null, false, null, null, null, -1);
    }

    public bool IsBack(long offset) => offset < Position;

    public void MoveTo(long offset, long next)
    {
        Position = next;
        if (Queue.Count == 0)
            Judged = offset;
    }

    public void Done(long? offset)
    {
        if (offset is { } judged)
            Judged = judged + 1;
    }
}

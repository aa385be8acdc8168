using System.Diagnostics;
using Confluent.Kafka;
using E2EKafka.Messages;

namespace E2EKafka.Diagnostics;

/// <summary>A record that waits to be opened. It is over when it is disposed.</summary>
internal sealed class RecordWait : IDisposable
{
    private readonly RecordWaits _waits;
    private readonly TimeProvider _time;
    private readonly Func<string> _lacks;
    private readonly bool _blocks;
    private readonly Action<RecordWait> _overdue;
    private readonly ITimer _warning;
    private readonly WaitKey _key;
    private readonly ActivityContext _span;
    private int _isSaid;
    private TopicPartitionOffset? _place;
    private long _seenAt;

    /// <param name="waits">Knows all that wait.</param>
    /// <param name="time">The clock.</param>
    /// <param name="topic">The record's topic.</param>
    /// <param name="reason">What the record lacks at first.</param>
    /// <param name="lacks">Says what the record lacks now.</param>
    /// <param name="blocks">Whether a thread waits for it. Else the consumer comes back, and says so by <see cref="Seen"/>.</param>
    /// <param name="overdue">Called once when it has waited for <see cref="RecordWaits.WarnAfter"/>.</param>
    public RecordWait(
        RecordWaits waits, TimeProvider time, string topic, FailureReason reason, Func<string> lacks, bool blocks, Action<RecordWait> overdue)
    {
        _key = waits.Counts.Began(Telemetry.Open, topic, reason);
        _span = Activity.Current?.Context ?? default;
        _waits = waits;
        _time = time;
        _lacks = lacks;
        _blocks = blocks;
        Topic = topic;
        Since = time.GetUtcNow();
        StartedAt = _seenAt = time.GetTimestamp();
        _overdue = overdue;
        _warning = time.CreateTimer(_ => Warn(), null, RecordWaits.WarnAfter, Timeout.InfiniteTimeSpan);
    }

    public string Topic { get; }

    public DateTimeOffset Since { get; }

    /// <summary>The monotonic clock when the wait began.</summary>
    public long StartedAt { get; }

    /// <summary>How it ended, to be said before it is disposed. Default <see cref="WaitOutcome.Ended"/>.</summary>
    public WaitOutcome Outcome { private get; set; }

    /// <summary>Whether a consumer still has it. One whose partition was taken away does not come back.</summary>
    public bool IsWanted => _blocks || _time.GetElapsedTime(Volatile.Read(ref _seenAt)) < RecordWaits.ForgetAfter;

    /// <summary>Says that a consumer still has it, and where.</summary>
    public void Seen(TopicPartitionOffset? place = null)
    {
        if (place is not null)
            Volatile.Write(ref _place, place);
        Volatile.Write(ref _seenAt, _time.GetTimestamp());

        // It was busy when the warning was due.
        if (_time.GetElapsedTime(StartedAt) >= RecordWaits.WarnAfter)
            Warn();
    }

    public void Dispose()
    {
        _warning.Dispose();
        if (!_waits.End(this))
            return;

        var took = _time.GetElapsedTime(StartedAt);
        _waits.Counts.Ended(_key, Outcome, took);
        Spans.Record(Telemetry.Wait, Topic, _span, Since, Since + took, span => span.Waited(_key.Reason, Outcome));
    }

    public override string ToString()
    {
        var place = Volatile.Read(ref _place) is { } known ? $", partition {known.Partition.Value}, offset {known.Offset.Value}," : "";
        return $"A record of topic '{Topic}'{place} has waited since {Since:u}. {_lacks()}";
    }

    private void Warn()
    {
        if (IsWanted && Interlocked.Exchange(ref _isSaid, 1) == 0)
            _overdue(this);
    }
}

using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace E2EKafka.Diagnostics;

/// <summary>The records of one member that wait to be opened, on all its consumers. Safe for many threads.</summary>
internal sealed class RecordWaits(TimeProvider time, ILogger log) : IDisposable
{
    /// <summary>After which a wait is a warning.</summary>
    public static readonly TimeSpan WarnAfter = TimeSpan.FromSeconds(30);

    /// <summary>After which a wait that no consumer asks for does not count.</summary>
    public static readonly TimeSpan ForgetAfter = TimeSpan.FromSeconds(20);

    private readonly ConcurrentDictionary<RecordWait, bool> _waits = new();
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>The waits that began and ended, in numbers.</summary>
    public WaitCounts Counts { get; } = new();

    /// <summary>Ends all waits: the host stops, or the member was disposed.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <summary>How many records wait.</summary>
    public int Count => Wanted.Count();

    /// <summary>How long the one has waited that has waited longest.</summary>
    public TimeSpan Longest => Wanted.Select(wait => time.GetElapsedTime(wait.StartedAt)).DefaultIfEmpty().Max();

    /// <summary>What waits for too long; <see langword="null"/> if nothing does.</summary>
    public string? Warning
    {
        get
        {
            var overdue = Wanted.Where(wait => time.GetElapsedTime(wait.StartedAt) >= WarnAfter).OrderBy(wait => wait.StartedAt).ToList();
            return overdue.Count == 0 ? null : overdue.Count == 1 ? $"{overdue[0]}" : $"{overdue[0]} {overdue.Count - 1} more records wait.";
        }
    }

    private IEnumerable<RecordWait> Wanted => _waits.Keys.Where(wait => wait.IsWanted);

    /// <param name="topic">The record's topic.</param>
    /// <param name="reason">What the record lacks at first.</param>
    /// <param name="lacks">Says what the record lacks now.</param>
    /// <param name="blocks">Whether a thread waits for it.</param>
    public RecordWait Begin(string topic, FailureReason reason, Func<string> lacks, bool blocks)
    {
        var wait = new RecordWait(this, time, topic, reason, lacks, blocks, Warn);
        _waits[wait] = true;
        return wait;
    }

    /// <returns>Whether it had not ended before.</returns>
    public bool End(RecordWait wait) => _waits.TryRemove(wait, out _);

    public void Stop() => _stopping.Cancel();

    public void Dispose()
    {
        Stop();
        _stopping.Dispose();
    }

    private void Warn(RecordWait wait)
    {
        if (_waits.ContainsKey(wait))
            log.RecordWaits($"{wait}");
    }
}

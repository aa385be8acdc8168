using System.Text;
using E2EKafka.KeyExchange;

namespace E2EKafka;

/// <summary>The control topics of one project in memory: what the authority and the members write, in order, stamped by the project's clock. Safe for many threads.</summary>
internal sealed class InMemoryControlTopics(TimeProvider time)
{
    /// <summary>More rounds than any exchange takes: members that write without end are told, and not waited for.</summary>
    private const int MaxRounds = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<ControlPartition, List<ControlRecord>> _records = [];
    private readonly Dictionary<string, InMemoryControlLog> _logs = new(StringComparer.Ordinal);
    private long _activity;

    /// <summary>The control log of a process that is about to run.</summary>
    /// <param name="sink">Where it reports to.</param>
    /// <param name="identifier">The member's identifier, or the authority's.</param>
    /// <param name="clock">The process's own clock.</param>
    /// <exception cref="EndToEndKafkaException">Such a process runs already.</exception>
    public InMemoryControlLog Open(IControlLogSink sink, string identifier, MemberClock clock)
    {
        var log = new InMemoryControlLog(this, sink, identifier, clock);
        lock (_lock)
        {
            return _logs.TryAdd(identifier, log)
                ? log
                : throw new EndToEndKafkaException(FailureReason.VaultLocked, "A member of this name runs already. Dispose it first, or add one of another name.");
        }
    }

    /// <exception cref="ArgumentException">No process of this project has the identifier.</exception>
    public InMemoryControlLog LogOf(string identifier)
    {
        lock (_lock)
        {
            return _logs.TryGetValue(identifier, out var log)
                ? log
                : throw new ArgumentException("This member is not one of the project's, or was disposed.", nameof(identifier));
        }
    }

    public void Closed(InMemoryControlLog log)
    {
        lock (_lock)
            _logs.Remove(log.Identifier);
    }

    /// <summary>Has every member drop its sessions.</summary>
    public Task DiscardSessionsAsync()
    {
        lock (_lock)
            return Task.WhenAll(_logs.Values.Select(log => log.DiscardSessionsAsync()));
    }

    public void Append(ControlPartition partition, IEnumerable<string> records)
    {
        List<InMemoryControlLog> readers;
        lock (_lock)
        {
            var written = In(partition);
            foreach (var record in records)
                written.Add(new ControlRecord(partition, Encoding.ASCII.GetBytes(record), time.GetUtcNow(), written.Count));
            readers = [.. _logs.Values];
        }

        foreach (var reader in readers)
            reader.Deliver(partition);
    }

    /// <summary>The records of a partition from an offset to its end.</summary>
    public IReadOnlyList<ControlRecord> From(ControlPartition partition, long offset)
    {
        lock (_lock)
            return In(partition).Skip((int)offset).ToList();
    }

    public long EndOf(ControlPartition partition)
    {
        lock (_lock)
            return In(partition).Count;
    }

    /// <summary>A process has asked for something that may have others act.</summary>
    public void Acted() => Interlocked.Increment(ref _activity);

    /// <summary>Returns when no process has anything to read, write or do at the clock's time.</summary>
    /// <exception cref="InvalidOperationException">They go on without end.</exception>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        // What one process writes in a quiet round's beginning, another may not have read before the next.
        var quietRounds = 0;
        for (var round = 0; quietRounds < 2; round++)
        {
            if (round == MaxRounds)
                throw new InvalidOperationException("The members of the project write without end.");

            var before = Interlocked.Read(ref _activity);
            List<InMemoryControlLog> logs;
            lock (_lock)
                logs = [.. _logs.Values];
            foreach (var log in logs)
                await log.AdvanceAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
            quietRounds = Interlocked.Read(ref _activity) == before ? quietRounds + 1 : 0;
        }
    }

    private List<ControlRecord> In(ControlPartition partition)
    {
        if (!_records.TryGetValue(partition, out var records))
            _records[partition] = records = [];
        return records;
    }
}

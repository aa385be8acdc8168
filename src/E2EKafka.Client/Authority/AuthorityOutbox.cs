using E2EKafka.KeyExchange;

namespace E2EKafka.Authority;

/// <summary>
/// What the vault has, Kafka must get, and in order: credentials before the document that rules out those before them. So one batch is written
/// at a time, and again, after a pause, if it fails. For the authority's thread.
/// </summary>
/// <param name="steady">The monotonic clock.</param>
/// <param name="clock">Told when Kafka acknowledged what was written.</param>
/// <param name="publish">Writes.</param>
internal sealed class AuthorityOutbox(SteadyClock steady, BrokerClock clock, Action<Publication> publish)
{
    /// <summary>How many records are written at once.</summary>
    private const int MaxWritten = 1_000;

    private static readonly TimeSpan MaxRetryDelay = TimeSpan.FromSeconds(10);

    private readonly Queue<(string Record, Action? Durable)> _records = new();
    private readonly RetrySchedule _retry = new(steady, new KeyLifetimes(), MaxRetryDelay);
    private bool _isWriting;

    public bool IsEmpty => _records.Count == 0;

    /// <param name="records">The records, in order.</param>
    /// <param name="durable">Called when the last of them is durable.</param>
    public void Publish(IReadOnlyList<string> records, Action durable)
    {
        for (var i = 0; i < records.Count; i++)
            _records.Enqueue((records[i], i == records.Count - 1 ? durable : null));
        Write();
    }

    /// <summary>Writes what is due.</summary>
    public void Write()
    {
        if (_isWriting || _records.Count == 0 || !_retry.IsDue)
            return;

        _isWriting = true;
        List<string> records = [.. _records.Take(MaxWritten).Select(entry => entry.Record)];
        var sent = clock.Sent();
        publish(new Publication(ControlPartition.Authority, records, Completed));

        void Completed(Acknowledgement acknowledgement)
        {
            _isWriting = false;
            clock.Acknowledged(sent, acknowledgement);
            if (!acknowledgement.IsDurable)
            {
                _retry.Attempt();
                return;
            }

            _retry.Reset();
            for (var i = 0; i < records.Count; i++)
                _records.Dequeue().Durable?.Invoke();
            Write();
        }
    }
}

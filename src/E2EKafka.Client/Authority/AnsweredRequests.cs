using E2EKafka.KeyExchange;
using E2EKafka.Records;

namespace E2EKafka.Authority;

/// <summary>The requests that were answered, for as long as a copy of one can pass for a request.</summary>
internal sealed class AnsweredRequests(SteadyClock clock)
{
    private readonly HashSet<string> _hashes = [];
    private readonly Queue<(string Hash, DateTimeOffset At)> _oldestFirst = new();

    public bool Contains(Jws request)
    {
        while (_oldestFirst.TryPeek(out var oldest) && clock.Now - oldest.At > 2 * RecordClock.MaxDelay)
            _hashes.Remove(_oldestFirst.Dequeue().Hash);
        return _hashes.Contains(request.Hash);
    }

    public void Add(Jws request)
    {
        _hashes.Add(request.Hash);
        _oldestFirst.Enqueue((request.Hash, clock.Now));
    }
}

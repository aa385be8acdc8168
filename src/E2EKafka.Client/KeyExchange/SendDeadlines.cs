using System.Collections.Concurrent;

namespace E2EKafka.KeyExchange;

/// <summary>Until when callers wait for a session of each topic. Those who wait at the same time are told at the same time. For any thread.</summary>
internal sealed class SendDeadlines(SteadyClock clock, TimeSpan timeout)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _deadlines = new(StringComparer.Ordinal);

    public DateTimeOffset Of(string topic)
    {
        var now = clock.Now;
        return _deadlines.AddOrUpdate(topic, now + timeout, (_, known) => known > now && known <= now + timeout ? known : now + timeout);
    }

    /// <summary>There is a session.</summary>
    public void Met(string topic) => _deadlines.TryRemove(topic, out _);
}

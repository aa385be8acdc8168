namespace E2EKafka.KeyExchange;

/// <summary>A budget that fills up again with time.</summary>
/// <param name="clock">The clock.</param>
/// <param name="capacity">What it holds at most, and at the start.</param>
/// <param name="perHour">What comes back in an hour.</param>
internal sealed class TokenBucket(SteadyClock clock, int capacity, int perHour)
{
    private double _tokens = capacity;
    private DateTimeOffset _since = clock.Now;

    public bool TryTake()
    {
        var now = clock.Now;
        _tokens = Math.Min(capacity, _tokens + ((now - _since).TotalHours * perHour));
        _since = now;
        if (_tokens < 1)
            return false;

        _tokens--;
        return true;
    }
}

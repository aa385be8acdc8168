namespace E2EKafka.KeyExchange;

/// <summary>A budget that fills up again with time.</summary>
/// <param name="capacity">What it holds at most, and at the start.</param>
/// <param name="perHour">What comes back in an hour.</param>
internal sealed class TokenBucket(int capacity, int perHour)
{
    private double _tokens = capacity;
    private DateTimeOffset _since = DateTimeOffset.MinValue;

    public bool TryTake(DateTimeOffset now)
    {
        if (now > _since && _since != DateTimeOffset.MinValue)
            _tokens = Math.Min(capacity, _tokens + ((now - _since).TotalHours * perHour));
        if (now > _since)
            _since = now;
        if (_tokens < 1)
            return false;

        _tokens--;
        return true;
    }
}

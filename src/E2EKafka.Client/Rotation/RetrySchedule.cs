namespace E2EKafka;

/// <summary>When to try again: pauses that double.</summary>
internal sealed class RetrySchedule(KeyLifetimes lifetimes)
{
    private TimeSpan _pause = lifetimes.RetryDelay;
    private DateTimeOffset _next = DateTimeOffset.MinValue;

    public bool IsDue(DateTimeOffset now) => now >= _next;

    /// <summary>An attempt is made now.</summary>
    public void Attempt(DateTimeOffset now)
    {
        _next = now + _pause;
        _pause = _pause * 2 < lifetimes.MaxRetryDelay ? _pause * 2 : lifetimes.MaxRetryDelay;
    }

    /// <summary>Not before this time.</summary>
    public void NotBefore(DateTimeOffset time)
    {
        if (time > _next)
            _next = time;
    }

    /// <summary>Now, and with the shortest pause again.</summary>
    public void Reset()
    {
        _pause = lifetimes.RetryDelay;
        _next = DateTimeOffset.MinValue;
    }
}

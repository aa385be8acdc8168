namespace E2EKafka.KeyExchange;

/// <summary>When to try again: pauses that double.</summary>
/// <param name="clock">The clock.</param>
/// <param name="lifetimes">The shortest and the longest pause.</param>
/// <param name="maxDelay">A longest pause of one's own. Default: that of the lifetimes.</param>
internal sealed class RetrySchedule(SteadyClock clock, KeyLifetimes lifetimes, TimeSpan? maxDelay = null)
{
    private readonly TimeSpan _maxDelay = maxDelay ?? lifetimes.MaxRetryDelay;
    private TimeSpan _pause = lifetimes.RetryDelay;
    private DateTimeOffset _next = DateTimeOffset.MinValue;

    public bool IsDue => clock.Now >= _next;

    /// <summary>An attempt is made now.</summary>
    public void Attempt()
    {
        _next = clock.Now + _pause;
        _pause = _pause * 2 < _maxDelay ? _pause * 2 : _maxDelay;
    }

    /// <summary>Not before some time has passed.</summary>
    public void NotBefore(TimeSpan delay)
    {
        if (clock.Now + delay > _next)
            _next = clock.Now + delay;
    }

    /// <summary>Now, and with the shortest pause again.</summary>
    public void Reset()
    {
        _pause = lifetimes.RetryDelay;
        _next = DateTimeOffset.MinValue;
    }
}

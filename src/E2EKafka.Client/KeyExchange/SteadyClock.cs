namespace E2EKafka.KeyExchange;

/// <summary>
/// A clock for pauses and budgets: the wall clock's time when it was made, and since then the monotonic clock's. Setting the wall clock does
/// not move it, so nothing that is planned with it is put off by days or comes at once.
/// </summary>
internal sealed class SteadyClock(TimeProvider time)
{
    private readonly DateTimeOffset _start = time.GetUtcNow();
    private readonly long _startedAt = time.GetTimestamp();

    public DateTimeOffset Now => _start + Elapsed;

    /// <summary>How long ago this object was made.</summary>
    public TimeSpan Elapsed => time.GetElapsedTime(_startedAt);
}

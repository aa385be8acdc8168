namespace E2EKafka.Messages;

/// <summary>What ends a wait.</summary>
internal sealed class WaitLimit : IDisposable
{
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _any;

    /// <param name="left">How long it may last; <see langword="null"/>: as long as it takes.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stopping">The host's stop.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public WaitLimit(TimeSpan? left, TimeProvider time, CancellationToken stopping, CancellationToken cancellationToken)
    {
        _timer = new CancellationTokenSource(left is { } span ? (span > TimeSpan.Zero ? span : TimeSpan.Zero) : Timeout.InfiniteTimeSpan, time);
        _any = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, stopping, cancellationToken);
    }

    public CancellationToken Token => _any.Token;

    public void Dispose()
    {
        _any.Dispose();
        _timer.Dispose();
    }
}

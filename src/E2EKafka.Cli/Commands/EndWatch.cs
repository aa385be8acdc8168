namespace E2EKafka.Cli;

/// <summary>Ends a command that waits, when what it waits with has ended for good: it would wait for ever, with the vault locked.</summary>
internal sealed class EndWatch : IAsyncDisposable
{
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(200);

    private readonly Func<string?> _ended;
    private readonly PeriodicTimer _timer;
    private readonly CancellationTokenSource _end;
    private readonly Task _watching;
    private volatile string? _why;

    /// <param name="ended">Why it has ended for good; <see langword="null"/> while it has not.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ctrl-C, which ends the command as well.</param>
    public EndWatch(Func<string?> ended, TimeProvider time, CancellationToken cancellationToken)
    {
        _ended = ended;
        _timer = new PeriodicTimer(Glance, time);
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _watching = WatchAsync();
    }

    /// <summary>Cancelled when the command is to end.</summary>
    public CancellationToken Token => _end.Token;

    /// <exception cref="CliException">It was not Ctrl-C, or the work's own end.</exception>
    public void ThrowIfEnded()
    {
        if (_why is { } why)
            throw new CliException(why);
    }

    public async ValueTask DisposeAsync()
    {
        _timer.Dispose();
        await _watching.ConfigureAwait(false);
        _end.Dispose();
    }

    private async Task WatchAsync()
    {
        while (await _timer.WaitForNextTickAsync().ConfigureAwait(false))
        {
            _why = _ended();
            if (_why is null)
                continue;

            await _end.CancelAsync().ConfigureAwait(false);
            return;
        }
    }
}

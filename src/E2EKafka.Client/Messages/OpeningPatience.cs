using E2EKafka.Diagnostics;

namespace E2EKafka.Messages;

/// <summary>How one consumer waits for what a record lacks. Safe for many threads.</summary>
internal sealed class OpeningPatience(IKeyRingSource keys, TimeProvider time, RecordWaits waits, OpeningRules rules)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan MaxRetryDelay = TimeSpan.FromSeconds(5);

    private static readonly object All = new();

    // An OpeningPatience, or All.
    [ThreadStatic]
    private static object? _withoutBlocking;

    public OpeningRules Rules => rules;

    /// <summary>Whether this thread may be blocked until a record can be opened.</summary>
    public bool Blocks => rules.OnMissingKey == MissingKey.Wait && _withoutBlocking != this && _withoutBlocking != All;

    /// <summary>From now on until it is disposed, a consumer does not block this thread: what is missing is searched for meanwhile.</summary>
    /// <param name="consumer">The consumer's; <see langword="null"/> if it is not known, and then no consumer does.</param>
    public static NonBlockingScope WithoutBlocking(OpeningPatience? consumer)
    {
        var scope = new NonBlockingScope(_withoutBlocking);
        _withoutBlocking = consumer ?? All;
        return scope;
    }

    /// <summary>A record waits from now on until it is disposed.</summary>
    /// <param name="topic">The record's topic.</param>
    /// <param name="reason">What the record lacks at first.</param>
    /// <param name="lacks">Says what the record lacks now.</param>
    /// <param name="blocks">Whether a thread waits for it.</param>
    public RecordWait Begin(string topic, FailureReason reason, Func<string> lacks, bool blocks) => waits.Begin(topic, reason, lacks, blocks);

    /// <summary>What ends a wait: the host's stop, the caller, and the time to give up.</summary>
    /// <param name="waited">How long was waited already.</param>
    /// <param name="cancellationToken">The caller's.</param>
    public WaitLimit Limit(TimeSpan waited, CancellationToken cancellationToken) =>
        new(rules.GiveUpAfter - waited, time, waits.Stopping, cancellationToken);

    /// <summary>Pauses before what failed is tried again.</summary>
    public Task PauseAsync(CancellationToken cancellationToken) => WaitAsync(Pause, cancellationToken);

    /// <summary>
    /// Pauses before a wait that the host's stop has ended fails. Else a plain loop would pass over record after record until it sees that the
    /// host stops.
    /// </summary>
    public Task PauseIfStoppingAsync() => waits.Stopping.IsCancellationRequested ? Task.Delay(Pause, time) : Task.CompletedTask;

    /// <summary>Waits until this member is ready: a value that no producer vouches for is judged by policy alone, which must be the newest.</summary>
    /// <returns>Why it is not ready; <see langword="null"/> if it is.</returns>
    public OpenFailure? WaitUntilReady(string topic)
    {
        if (keys.Current.Failure is not { } failure)
            return null;
        if (failure.Reason.Kind() == FailureKind.Denied)
            return OpenFailures.Blocked(failure).Failure;
        if (!Blocks)
            return Later(OpenFailures.Blocked(failure).Failure!, topic);

        return WaitUntilReadyAsync(topic).GetAwaiter().GetResult();
    }

    /// <summary>A failure that passes by itself, for a consumer that comes back.</summary>
    public OpenFailure Later(OpenFailure failure, string topic) =>
        failure with { GiveUpAfter = rules.GiveUpAfter, BeginWait = () => Begin(topic, failure.Reason, () => failure.Message, blocks: false) };

    /// <summary>Waits before the application's deserializer is called again, which failed with something that passes by itself.</summary>
    /// <returns>Whether it is to be called again: not where the wait is over.</returns>
    public bool WaitToRetry(RecordWait wait, ref int attempt)
    {
        var delay = TimeSpan.FromMilliseconds(100 << Math.Min(attempt++, 6));
        if (delay > MaxRetryDelay)
            delay = MaxRetryDelay;
        if (rules.GiveUpAfter is { } limit)
        {
            var left = limit - time.GetElapsedTime(wait.StartedAt);
            if (left <= TimeSpan.Zero)
            {
                wait.Outcome = WaitOutcome.GivenUp;
                return false;
            }

            delay = delay < left ? delay : left;
        }

        if (WaitAsync(delay, waits.Stopping).GetAwaiter().GetResult())
            return true;

        PauseIfStoppingAsync().GetAwaiter().GetResult();
        return false;
    }

    private async Task<OpenFailure?> WaitUntilReadyAsync(string topic)
    {
        using var wait = Begin(topic, keys.Current.Failure?.Reason ?? FailureReason.NotReady, () => keys.Current.Failure?.Message ?? "", blocks: true);
        using var ending = Limit(TimeSpan.Zero, CancellationToken.None);
        while (keys.Current.Failure is { } failure)
        {
            if (failure.Reason.Kind() == FailureKind.Denied || ending.Token.IsCancellationRequested)
            {
                wait.Outcome = failure.Reason.Kind() == FailureKind.Denied ? WaitOutcome.Refused : waits.Stopping.IsCancellationRequested ? WaitOutcome.Ended : WaitOutcome.GivenUp;
                await PauseIfStoppingAsync().ConfigureAwait(false);
                return OpenFailures.Blocked(failure).Failure;
            }

            try
            {
                await keys.WaitToOpenAsync(default, [], ending.Token).ConfigureAwait(false);
            }
            catch (Exception e) when (e is OperationCanceledException or EndToEndKafkaException)
            {
                await PauseAsync(ending.Token).ConfigureAwait(false);
            }
        }

        wait.Outcome = WaitOutcome.Opened;
        return null;
    }

    /// <returns>Whether the time is over; not if the wait was ended.</returns>
    private async Task<bool> WaitAsync(TimeSpan delay, CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Restores what did not block the thread before.</summary>
    public readonly ref struct NonBlockingScope(object? before)
    {
        public void Dispose() => _withoutBlocking = before;
    }
}

using E2EKafka.Messages;

namespace E2EKafka.KeyExchange;

/// <summary>A caller that waits for the key exchange.</summary>
/// <param name="deadline">Until when.</param>
/// <param name="done">Whether what is waited for is here.</param>
/// <param name="hopeless">Why waiting is of no use, if it is not.</param>
/// <param name="late">Why it was not here in time; <see langword="null"/> if that is no failure.</param>
/// <param name="cancellationToken">Ends the wait.</param>
internal sealed class Waiter(
    DateTimeOffset deadline, Func<bool> done, Func<MemberFailure?> hopeless, Func<MemberFailure?> late, CancellationToken cancellationToken = default)
{
    // The woken one runs on its own thread: whatever it does, the next one is woken.
    private readonly TaskCompletionSource _source = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Task => _source.Task.WaitAsync(cancellationToken);

    public bool TryWake(DateTimeOffset now, Func<MemberFailure, MemberFailure> explain)
    {
        if (_source.Task.IsCompleted || cancellationToken.IsCancellationRequested)
            return true;

        if (done())
            _source.TrySetResult();
        else if (hopeless() is { } failure)
            Fail(failure);
        else if (now < deadline)
            return false;
        else if (late() is { } reason)
            Fail(explain(reason));
        else
            _source.TrySetResult();
        return true;
    }

    public void Fail(MemberFailure failure) => _source.TrySetException(failure.ToException());
}

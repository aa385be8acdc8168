using E2EKafka.Messages;

namespace E2EKafka.KeyExchange;

/// <summary>The callers that wait for the key exchange. They are woken in the order in which they came. For the loop's thread, except <see cref="Wait"/>.</summary>
/// <param name="loop">Runs on that thread.</param>
internal sealed class Waiters(ControlLoop loop)
{
    private readonly LinkedList<Waiter> _waiters = new();
    private volatile MemberFailure? _stopped;

    /// <summary>Why no one is woken any more; <see langword="null"/> while the key exchange runs.</summary>
    public MemberFailure? Stopped => _stopped;

    public static MemberFailure Disposed { get; } = new(FailureReason.NotReady, "This member was disposed. Dispose it after its producers and consumers.");

    public Task Wait(Waiter waiter)
    {
        if (!loop.Post(Add))
            waiter.Fail(_stopped ?? Disposed);
        return waiter.Task;

        void Add()
        {
            if (_stopped is { } stopped)
                waiter.Fail(stopped);
            else
                _waiters.AddLast(waiter);
        }
    }

    /// <summary>Wakes those that have what they wait for, and those that will not get it.</summary>
    /// <param name="now">The time.</param>
    /// <param name="explain">Adds the first cause to what is missing.</param>
    public void Wake(DateTimeOffset now, Func<MemberFailure, MemberFailure> explain)
    {
        for (var node = _waiters.First; node is not null;)
        {
            var next = node.Next;
            if (node.Value.TryWake(now, explain))
                _waiters.Remove(node);
            node = next;
        }
    }

    /// <summary>The key exchange has stopped.</summary>
    public void Stop(MemberFailure stopped)
    {
        _stopped = stopped;
        foreach (var waiter in _waiters)
            waiter.Fail(stopped);
        _waiters.Clear();
    }
}

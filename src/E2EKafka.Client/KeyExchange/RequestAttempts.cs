using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>The newest attempts of one member at asking for keys.</summary>
internal sealed class RequestAttempts
{
    /// <summary>How many are remembered. The oldest make room, so that what a member asks for first is answered whatever it asks for later.</summary>
    public const int Max = 20_000;

    private readonly Dictionary<SessionRef, LinkedListNode<Last>> _bySession = [];
    private readonly LinkedList<Last> _oldestFirst = new();

    /// <summary>
    /// Whether an attempt counts: the one before it must have been written long enough ago, so that a member cannot make all holders answer at once. A
    /// copy of an earlier attempt does not count: anyone can write one, and it would begin the attempts again.
    /// </summary>
    /// <param name="session">The session that is asked for.</param>
    /// <param name="attempt">The attempt, from 1 on.</param>
    /// <param name="at">When it was written.</param>
    /// <param name="issuedAt">When it was signed, in Unix seconds.</param>
    public bool Counts(SessionRef session, int attempt, DateTimeOffset at, long issuedAt)
    {
        if (_bySession.TryGetValue(session, out var node))
        {
            var last = node.Value;
            if (issuedAt <= last.IssuedAt || !(attempt == 1 || (last.Attempt == attempt - 1 && at >= last.At + KeyRequest.PauseBefore(attempt))))
                return false;

            _oldestFirst.Remove(node);
        }
        else if (attempt != 1)
        {
            return false;
        }

        _bySession[session] = _oldestFirst.AddLast(new Last(session, attempt, at, issuedAt));
        if (_oldestFirst.Count <= Max)
            return true;

        _bySession.Remove(_oldestFirst.First!.Value.Session);
        _oldestFirst.RemoveFirst();
        return true;
    }

    private sealed record Last(SessionRef Session, int Attempt, DateTimeOffset At, long IssuedAt);
}

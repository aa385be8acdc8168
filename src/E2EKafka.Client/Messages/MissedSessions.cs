using E2EKafka.Records;

namespace E2EKafka.Messages;

/// <summary>Since when one consumer has missed the keys of sessions: a time to give up is counted once for all messages of a session.</summary>
internal sealed class MissedSessions(TimeProvider time)
{
    private const int MaxRemembered = 10_000;

    private readonly Lock _lock = new();
    private readonly Dictionary<SessionId, long> _since = [];
    private volatile bool _any;

    /// <summary>For how long a session has been missed; counted from now on if it was not.</summary>
    public TimeSpan AgeOf(SessionId session)
    {
        lock (_lock)
        {
            // Those that are forgotten are counted again from the next message on.
            if (_since.Count >= MaxRemembered && !_since.ContainsKey(session))
                _since.Clear();
            if (_since.TryGetValue(session, out var since))
                return time.GetElapsedTime(since);

            _since[session] = time.GetTimestamp();
            _any = true;
            return TimeSpan.Zero;
        }
    }

    /// <summary>Whether a session has been missed for at least a time.</summary>
    public bool IsOlder(SessionId session, TimeSpan? limit)
    {
        lock (_lock)
            return limit is { } age && _since.TryGetValue(session, out var since) && time.GetElapsedTime(since) >= age;
    }

    /// <summary>Its key is here: it is not missed any more. Takes no lock where none is.</summary>
    public void Found(SessionId session)
    {
        if (!_any)
            return;

        lock (_lock)
        {
            _since.Remove(session);
            _any = _since.Count > 0;
        }
    }
}

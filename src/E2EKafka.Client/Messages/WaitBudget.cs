namespace E2EKafka;

/// <summary>
/// How long one consumer may be kept waiting for keys: 10 s in any 60 s, and once in that time for any one session. What waiting
/// has shown not to exist is remembered, so that forged messages cost their sender more than the consumer.
/// </summary>
internal sealed class WaitBudget(TimeProvider time)
{
    /// <summary>In any <see cref="Window"/>.</summary>
    public static readonly TimeSpan Allowance = TimeSpan.FromSeconds(10);

    public static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    private const int MaxRemembered = 10_000;

    private readonly Lock _lock = new();
    private readonly Queue<(long EndedAt, TimeSpan Waited)> _waits = new();
    private readonly Dictionary<SessionId, long> _waitedFor = [];
    private readonly HashSet<SessionId> _unknown = [];

    /// <summary>How long may be waited for a session now; zero if not at all.</summary>
    public TimeSpan Take(SessionId session)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (_waitedFor.TryGetValue(session, out var waitedAt) && time.GetElapsedTime(waitedAt, now) < Window)
                return TimeSpan.Zero;

            while (_waits.TryPeek(out var oldest) && time.GetElapsedTime(oldest.EndedAt, now) >= Window)
                _waits.Dequeue();
            var left = Allowance;
            foreach (var (_, waited) in _waits)
                left -= waited;
            if (left <= TimeSpan.Zero)
                return TimeSpan.Zero;

            if (_waitedFor.Count >= MaxRemembered)
                _waitedFor.Clear();
            _waitedFor[session] = now;
            return left;
        }
    }

    /// <summary>Takes note that nobody has announced a session: all that could have been was read.</summary>
    public void RememberUnknown(SessionId session)
    {
        lock (_lock)
        {
            if (_unknown.Count >= MaxRemembered)
                _unknown.Clear();
            _unknown.Add(session);
        }
    }

    /// <summary>Whether a session is known not to be announced. That it was waited for in vain proves nothing: the broker may have been away.</summary>
    public bool IsUnknown(SessionId session)
    {
        lock (_lock)
            return _unknown.Contains(session);
    }

    /// <summary>Says how long was waited.</summary>
    public void Spend(long startedAt)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            _waits.Enqueue((now, time.GetElapsedTime(startedAt, now)));
        }
    }
}

using E2EKafka.Records;

namespace E2EKafka.Messages;

/// <summary>
/// How long one consumer may be kept waiting for keys: 10 s in any 60 s, and once for any one session. What waiting has shown not
/// to exist is remembered, so that forged messages cost their sender more than the consumer.
/// </summary>
internal sealed class WaitBudget(TimeProvider time)
{
    /// <summary>In any <see cref="Window"/>.</summary>
    public static readonly TimeSpan Allowance = TimeSpan.FromSeconds(10);

    public static readonly TimeSpan Window = TimeSpan.FromSeconds(60);

    /// <summary>Waits that end within it are reckoned as one, so that there are never more than the window has of them.</summary>
    private static readonly TimeSpan Grain = TimeSpan.FromSeconds(1);

    private const int MaxRemembered = 10_000;

    private readonly Lock _lock = new();
    private readonly LinkedList<(long Since, TimeSpan Waited)> _waits = new();
    private readonly Dictionary<SessionId, (long At, bool DoesNotExist)> _waitedFor = [];

    /// <summary>How many sessions are remembered.</summary>
    public int Remembered
    {
        get
        {
            lock (_lock)
                return _waitedFor.Count;
        }
    }

    /// <summary>How long may be waited for a session now; zero if not at all.</summary>
    public TimeSpan Take(SessionId session)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (_waitedFor.TryGetValue(session, out var last) && time.GetElapsedTime(last.At, now) < Window)
                return TimeSpan.Zero;

            while (_waits.First is { } oldest && time.GetElapsedTime(oldest.Value.Since, now) >= Window + Grain)
                _waits.RemoveFirst();
            var left = Allowance;
            foreach (var (_, waited) in _waits)
                left -= waited;
            if (left <= TimeSpan.Zero)
                return TimeSpan.Zero;

            Remember(session, now, doesNotExist: false);
            return left;
        }
    }

    /// <summary>Says that a wait is over, and whether it proved that the session does not exist.</summary>
    public void Spend(SessionId session, long startedAt, bool doesNotExist)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            var waited = time.GetElapsedTime(startedAt, now);
            if (_waits.Last is { } newest && time.GetElapsedTime(newest.Value.Since, now) < Grain)
                newest.Value = (newest.Value.Since, newest.Value.Waited + waited);
            else
                _waits.AddLast((now, waited));
            Remember(session, now, doesNotExist);
        }
    }

    /// <summary>Whether a wait has proved that a session does not exist.</summary>
    public bool IsKnownNotToExist(SessionId session)
    {
        lock (_lock)
            return _waitedFor.TryGetValue(session, out var last) && last.DoesNotExist;
    }

    private void Remember(SessionId session, long now, bool doesNotExist)
    {
        if (_waitedFor.Count >= MaxRemembered && !_waitedFor.ContainsKey(session))
            _waitedFor.Clear();
        _waitedFor[session] = (now, doesNotExist);
    }
}

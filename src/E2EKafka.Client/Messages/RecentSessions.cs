using System.Collections.Immutable;
using E2EKafka.Records;

namespace E2EKafka.Messages;

/// <summary>
/// The sessions of a consumer's last messages, in front of a key ring's sessions, whose tree takes longer to look through than all else that
/// is done to find a key. What it gives is what these sessions have: another ring's have another object. Safe for many threads, without a lock.
/// </summary>
internal sealed class RecentSessions(ImmutableDictionary<SessionId, OpenableSession> sessions)
{
    /// <summary>A power of two.</summary>
    private const int Size = 64;

    private readonly OpenableSession?[] _places = new OpenableSession?[Size];

    /// <summary>Whether these are the sessions of a key ring.</summary>
    public bool AreOf(ImmutableDictionary<SessionId, OpenableSession> others) => ReferenceEquals(sessions, others);

    public OpenableSession? Find(SessionId id)
    {
        // An id is the beginning of a hash, so its bits spread by themselves.
        ref var place = ref _places[(int)((uint)id.Value & (Size - 1))];
        if (Volatile.Read(ref place) is { } recent && recent.Statement.Id == id)
            return recent;
        if (!sessions.TryGetValue(id, out var session))
            return null;

        Volatile.Write(ref place, session);
        return session;
    }
}

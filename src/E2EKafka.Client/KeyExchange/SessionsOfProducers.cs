using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>
/// The sessions of each producer, the oldest first, within the limit of one producer. Those that policy refused when they came are counted
/// apart, so that a member without the right to produce has less kept, and displaces none that it had a right to.
/// </summary>
internal sealed class SessionsOfProducers
{
    /// <summary>How many sessions of one producer are kept that policy refused when they came.</summary>
    public const int MaxRefusedOfProducer = 1_000;

    private static readonly Comparer<KnownSession> OldestFirst = Comparer<KnownSession>.Create((one, other) =>
        one.AnnouncedAt != other.AnnouncedAt
            ? one.AnnouncedAt.CompareTo(other.AnnouncedAt)
            : string.CompareOrdinal(one.Statement.HashText, other.Statement.HashText));

    private readonly Dictionary<(string Producer, bool IsRefused), SortedSet<KnownSession>> _sessions = [];

    /// <summary>Whether a producer has as many sessions as it may have.</summary>
    public bool IsFull(string producer) => Of(producer, isRefused: false).Count >= SessionStatement.MaxOfProducer;

    /// <summary>Adds a session.</summary>
    /// <param name="session">The session.</param>
    /// <param name="isRefused">Whether policy refuses it now.</param>
    /// <returns>The session of the same producer that is to make room for it, if one is.</returns>
    public KnownSession? Add(KnownSession session, bool isRefused)
    {
        var sessions = Of(session.Statement.Producer, isRefused);
        sessions.Add(session);
        return sessions.Count > (isRefused ? MaxRefusedOfProducer : SessionStatement.MaxOfProducer) ? sessions.First(oldest => oldest != session) : null;
    }

    public void Remove(KnownSession session)
    {
        if (!Of(session.Statement.Producer, isRefused: false).Remove(session))
            Of(session.Statement.Producer, isRefused: true).Remove(session);
    }

    private SortedSet<KnownSession> Of(string producer, bool isRefused)
    {
        if (!_sessions.TryGetValue((producer, isRefused), out var sessions))
            _sessions[(producer, isRefused)] = sessions = new SortedSet<KnownSession>(OldestFirst);
        return sessions;
    }
}

using E2EKafka.Cryptography;
using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>
/// Announces this member's sessions again: all while its identity key is replaced, signed by the old key and the next, because what only a
/// replaced key signed counts for nothing; and those whose announcements the log has lost, because members that enroll later would refuse them.
/// </summary>
internal sealed class OwnAnnouncements(Member member, SessionStore store)
{
    private readonly HashSet<SessionRef> _announced = [];
    private readonly HashSet<SessionRef> _gone = [];
    private readonly RetrySchedule _schedule = new(member.Steady, member.Lifetimes);
    private string? _nextKey;
    private int _outstanding;

    /// <summary>Whether every session of ours that is still needed is announced by both keys. Then the authority may be asked.</summary>
    public bool AreSignedByNextKey =>
        member.Identity.NextKey is { } next && next.Public.Thumbprint == _nextKey && _outstanding == 0 && !Missing().Any();

    /// <summary>Whether the log has lost announcements of ours, and has not got them again.</summary>
    public bool LacksAny => _gone.Count > 0;

    /// <summary>An announcement of ours was read.</summary>
    public void Read(SessionAnnouncement announcement, long? offset)
    {
        foreach (var known in announcement.Statements.Select(statement => store.Find(SessionRef.Of(statement))).OfType<KnownSession>())
            known.ReadAt = offset ?? 0;
    }

    /// <summary>The log has lost what stood before an offset. Sessions that were announced there are announced again.</summary>
    /// <returns>Whether there are any.</returns>
    public bool PublishAgain(ControlPartition partition, long before)
    {
        var lost = Own()
            .Where(known => known.ReadAt < before && ControlPartition.SessionsOf(member.Directory.Project.Control, known.Statement.Topic) == partition)
            .Select(known => SessionRef.Of(known.Statement))
            .ToList();
        _gone.UnionWith(lost);
        return lost.Count > 0;
    }

    /// <summary>The log may have lost any announcement of ours. All are announced again.</summary>
    public void PublishAllAgain() => _gone.UnionWith(Own().Select(known => SessionRef.Of(known.Statement)));

    public void Advance(DateTimeOffset now)
    {
        var next = member.Identity.NextKey;
        if (next?.Public.Thumbprint != _nextKey)
        {
            _announced.Clear();
            _nextKey = next?.Public.Thumbprint;
        }

        if (_outstanding > 0 || (next is null && _gone.Count == 0) || !_schedule.IsDue)
            return;

        var missing = Missing().ToList();
        if (missing.Count == 0)
        {
            // They are past their retention.
            _gone.Clear();
            return;
        }

        _schedule.Attempt();
        foreach (var topic in missing.GroupBy(statement => statement.Topic))
        {
            foreach (var chunk in topic.Chunk(SessionStatement.MaxInRecord))
                Announce(chunk, next, now);
        }
    }

    private IEnumerable<SessionStatement> Missing() => Own().Select(known => known.Statement).Where(statement =>
        _gone.Contains(SessionRef.Of(statement)) || (_nextKey is not null && !_announced.Contains(SessionRef.Of(statement))));

    // A session of ours without its secret was reported lost and has come back from the log: no message was ever sent in it.
    private IEnumerable<KnownSession> Own() => store.All.Where(known => known.Secret is not null && known.Statement.Producer == member.Identifier);

    private void Announce(SessionStatement[] statements, SigningKey? next, DateTimeOffset now)
    {
        _outstanding++;
        member.Publish(
            ControlPartition.SessionsOf(member.Directory.Project.Control, statements[0].Topic),
            [SessionAnnouncement.Create(statements, member.Identity.Key, next, now)],
            now,
            delivered =>
            {
                _outstanding--;
                if (!delivered)
                    return;

                _schedule.Reset();
                _gone.ExceptWith(statements.Select(SessionRef.Of));
                if (next is not null)
                    _announced.UnionWith(statements.Select(SessionRef.Of));
            });
    }
}

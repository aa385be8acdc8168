using E2EKafka.Cryptography;
using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>
/// Announces this member's sessions again while its identity key is replaced, signed by the old key and the next: what only a replaced
/// key signed counts for nothing.
/// </summary>
internal sealed class OwnAnnouncements(Member member, SessionStore store)
{
    private readonly HashSet<SessionRef> _announced = [];
    private readonly RetrySchedule _schedule = new(member.Steady, member.Lifetimes);
    private string? _nextKey;
    private int _outstanding;

    /// <summary>Whether every session of ours that is still needed is announced by both keys. Then the authority may be asked.</summary>
    public bool AreSignedByNextKey =>
        member.Identity.NextKey is { } next && next.Public.Thumbprint == _nextKey && _outstanding == 0 && !Missing().Any();

    public void Advance(DateTimeOffset now)
    {
        if (member.Identity.NextKey is not { } next)
            return;
        if (next.Public.Thumbprint != _nextKey)
        {
            _announced.Clear();
            _nextKey = next.Public.Thumbprint;
        }

        if (_outstanding > 0 || !_schedule.IsDue)
            return;

        var missing = Missing().ToList();
        if (missing.Count == 0)
            return;

        _schedule.Attempt();
        foreach (var topic in missing.GroupBy(statement => statement.Topic))
        {
            foreach (var chunk in topic.Chunk(SessionStatement.MaxInRecord))
                Announce(chunk, next, now);
        }
    }

    // A session of ours without its secret was reported lost and has come back from the log: no message was ever sent in it.
    private IEnumerable<SessionStatement> Missing() => store.All
        .Where(known => known.Secret is not null)
        .Select(known => known.Statement)
        .Where(statement => statement.Producer == member.Identifier && !_announced.Contains(SessionRef.Of(statement)));

    private void Announce(SessionStatement[] statements, SigningKey next, DateTimeOffset now)
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
                _announced.UnionWith(statements.Select(SessionRef.Of));
            });
    }
}

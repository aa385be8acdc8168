using E2EKafka.Diagnostics;
using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>Asks for the keys of sessions that this member consumes and does not hold.</summary>
internal sealed class KeyRequester(Member member, PackageDirectory packages, SessionStore store, KeyPackages ownPackages)
{
    private readonly Dictionary<SessionRef, MissingKey> _missing = [];

    /// <summary>How many sessions' keys are still to come.</summary>
    public int Missing => _missing.Count;

    public bool IsMissing(SessionRef session) => _missing.ContainsKey(session);

    /// <summary>A session has become known whose key may be on its way.</summary>
    public void Expect(KnownSession known)
    {
        if (!store.Lacks(known) || _missing.ContainsKey(SessionRef.Of(known.Statement)))
            return;

        var missing = new MissingKey(new RetrySchedule(member.Steady, member.Lifetimes));
        missing.Schedule.NotBefore(member.Lifetimes.KeyRequestDelay);
        _missing[SessionRef.Of(known.Statement)] = missing;
    }

    public void Received(SessionRef session) => _missing.Remove(session);

    /// <summary>The application waits for this key: asks for it without further delay, from the first attempt on.</summary>
    public void Hurry(SessionRef session)
    {
        if (!_missing.TryGetValue(session, out var missing) || missing.IsHurried)
            return;

        missing.IsHurried = true;
        missing.Attempt = 0;
        missing.Schedule.Reset();
    }

    /// <param name="consumes">Whether this member consumes a topic, and has read what is announced for it.</param>
    /// <param name="now">The time.</param>
    public void Advance(Func<string, bool> consumes, DateTimeOffset now)
    {
        foreach (var gone in _missing.Keys.Where(session => store.Find(session) is not { } known || !store.Lacks(known)).ToList())
            _missing.Remove(gone);

        // Holders answer to a key package. Until ours is in the log there is nothing to ask with.
        if (ownPackages.Current is not { } package || _missing.Count == 0)
            return;

        var due = _missing
            .Where(pair => pair.Value.Schedule.IsDue)
            .Select(pair => (Session: store.Find(pair.Key)!.Statement, Missing: pair.Value))
            .Where(pair =>
                consumes(pair.Session.Topic) && package.Consumes(pair.Session.Topic) &&
                member.Directory.MayReceive(member.Identifier, pair.Session, now))
            .ToList();
        foreach (var attempt in due.GroupBy(pair => pair.Missing.Attempt + 1))
        {
            foreach (var chunk in attempt.Chunk(SessionStatement.MaxInRecord))
            {
                foreach (var (_, missing) in chunk)
                    missing.Schedule.NotBefore(member.Lifetimes.RetryDelay);

                member.Log.KeysRequested(chunk.Length, attempt.Key);
                member.Publish(
                    ControlPartition.Requests,
                    [
                        KeyRequest.Create(
                            member.ProjectId, member.Identifier, package.Id, attempt.Key, chunk.Select(pair => pair.Session), member.Identity.Key, now)
                    ],
                    now,
                    delivered =>
                    {
                        foreach (var (session, missing) in delivered ? chunk : [])
                            Attempted(session, missing, attempt.Key);
                    });
            }
        }
    }

    private void Attempted(SessionStatement session, MissingKey missing, int attempt)
    {
        // Each attempt asks four times as many holders, and one more than that asks all. Then the attempts begin again, after ever longer
        // pauses: a holder may have started since that has not seen the first.
        if (Math.Pow(4, attempt - 1) >= 4 * packages.CountConsumers(session, IsOfGroup, member.Now))
        {
            missing.Attempt = 0;
            missing.Schedule.Attempt();
            return;
        }

        // The next attempt counts only if this one stands on the log long enough before it.
        missing.Attempt = attempt;
        missing.Schedule.NotBefore(KeyRequest.PauseBefore(attempt + 1));

        bool IsOfGroup(string holder) => member.Directory.GroupOf(holder, session.ReaderGroups) == store.GroupOf(session);
    }

    private sealed class MissingKey(RetrySchedule schedule)
    {
        public RetrySchedule Schedule { get; } = schedule;

        public int Attempt { get; set; }

        public bool IsHurried { get; set; }
    }
}

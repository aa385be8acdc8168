using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>Seals session keys: this member's own to readers, and those that it holds to members that ask.</summary>
internal sealed class KeyGranter(Member member, PackageDirectory packages, SessionStore store)
{
    /// <summary>How many keys one member may ask us for: 10,000 in an hour, so that it cannot keep a holder busy.</summary>
    private const int MaxPerHour = 10_000;

    /// <summary>A sender acts on one new key package of a member in this time.</summary>
    private static readonly TimeSpan PackageInterval = TimeSpan.FromMinutes(1);

    /// <summary>What was asked for longer before this process started was answered, or is asked for again.</summary>
    private static readonly TimeSpan AnswerBefore = TimeSpan.FromMinutes(5);

    private readonly MemberBudgets _budgets = new(member.Steady, MaxPerHour, MaxPerHour);
    private readonly Dictionary<string, RequestAttempts> _attempts = [];
    private readonly Dictionary<string, HashSet<SessionRef>> _answers = [];
    private readonly Dictionary<string, (string Package, DateTimeOffset At)> _actedOn = [];
    private readonly HashSet<OwnSession> _live = [];
    private readonly GrantAudit _audit = new(member);
    private readonly RetrySchedule _retry = new(member.Steady, member.Lifetimes);
    private bool _readersChanged = true;

    /// <summary>The key packages that a session of a topic which began at some time may be sealed to now, this member's own aside.</summary>
    public IEnumerable<KeyPackage> ReadersOf(string topic, ReaderGroups? groups, DateTimeOffset began) =>
        packages.All.Where(package => package.Member != member.Identifier && IsReader(package, topic, groups, began));

    /// <summary>Why no lasting reader can be given a session of a topic, and what to do.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="groups">The reader groups without one, where the topic lists groups.</param>
    /// <param name="now">The time.</param>
    public string WhyNoReader(string topic, IReadOnlyList<string> groups, DateTimeOffset now) => ReaderShortage.Explain(member, packages.All, topic, groups, now);

    /// <summary>Whether what a member is given outlives its process.</summary>
    public bool IsLasting(KeyPackage package, string topic) =>
        package.IsDurable || member.Directory.Project.IsDevelopment || Requirements(topic).ArchiveReaders.Contains(package.Member) ||
        // Then no vault keeps the topic's keys, and all that read it now are all that ever can.
        Requirements(topic).KeyRetention == TimeSpan.Zero;

    /// <summary>A key package, a credential or policy has changed: there may be new readers.</summary>
    public void ReadersChanged() => _readersChanged = true;

    /// <summary>From now on, readers that come are given a session's key until it ends.</summary>
    public void Begin(OwnSession session)
    {
        _live.Add(session);

        // A reader may have come since the first grants were made.
        _readersChanged = true;
    }

    public void End(OwnSession session) => _live.Remove(session);

    /// <summary>The members whose newest key package a session was sealed to.</summary>
    public IEnumerable<string> MembersOf(OwnSession session) =>
        packages.All.Where(package => session.Granted.Contains(package.Id)).Select(package => package.Member);

    /// <summary>Gives a session's key to key packages.</summary>
    /// <param name="session">The session.</param>
    /// <param name="readers">The key packages.</param>
    /// <param name="done">Told whether all of it is durable.</param>
    public void Grant(OwnSession session, IReadOnlyCollection<KeyPackage> readers, Action<bool> done)
    {
        var known = session.Known;
        if (!IsKept(known))
        {
            done(false);
            return;
        }

        session.Granted.UnionWith(readers.Select(package => package.Id));
        Publish(readers.Select(package => (package, (IReadOnlyList<KnownSession>)[known])), delivered =>
        {
            if (!delivered)
                session.Granted.ExceptWith(readers.Select(package => package.Id));
            done(delivered);
        });
    }

    /// <summary>Takes a verified request: what is to be answered is answered with the next <see cref="Advance"/>.</summary>
    public void Observe(KeyRequest request, DateTimeOffset? writtenAt)
    {
        var (now, sender, attempt) = (member.Now, request.Sender, request.Claims.Attempt);
        if (packages.Of(sender) is not { } package || package.Id != request.Claims.Package)
            return;

        var at = writtenAt ?? now;
        if (!_attempts.TryGetValue(sender, out var attempts))
            _attempts[sender] = attempts = new RequestAttempts();
        foreach (var name in request.Claims.Sessions)
        {
            var session = new SessionRef(name.Topic, name.Id);
            if (!attempts.Counts(session, attempt, at, request.IssuedAt) || at < member.Clock.StartedAt - AnswerBefore ||
                store.Find(session) is not { Secret: not null } known || known.Statement.HashText != name.Statement ||
                !(known.Statement.Producer == member.Identifier || (IsOfGroup(member.Identifier) && IsChosen(package, known.Statement, IsOfGroup, attempt))) ||
                !_budgets.TryTake(sender))
                continue;

            if (!_answers.TryGetValue(sender, out var answers))
                _answers[sender] = answers = [];
            answers.Add(session);

            bool IsOfGroup(string holder) =>
                member.Directory.GroupOf(holder, known.Statement.ReaderGroups) == member.Directory.GroupOf(sender, known.Statement.ReaderGroups);
        }
    }

    public void Advance()
    {
        Answer();
        if (_readersChanged && _live.Count > 0 && _retry.IsDue)
            GrantToNewcomers();
    }

    // Each attempt asks four times as many holders, without any agreement among them.
    private bool IsChosen(KeyPackage package, SessionStatement session, Func<string, bool> isOfGroup, int attempt)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.ASCII.GetBytes(package.Id + member.Identifier), hash);
        var fraction = BinaryPrimitives.ReadUInt32BigEndian(hash) / (uint.MaxValue + 1.0);
        var consumers = Math.Max(1, packages.CountConsumers(session, isOfGroup, member.Now));
        return fraction < Math.Pow(4, attempt - 1) / consumers;
    }

    private void Answer()
    {
        foreach (var (asking, sessions) in _answers.ToList())
        {
            _answers.Remove(asking);
            if (packages.Of(asking) is not { } package)
                continue;

            List<KnownSession> given =
            [
                .. sessions.Select(store.Find).OfType<KnownSession>().Where(known =>
                    MayGive(known) && IsReader(package, known.Statement) && known.IsHeldFor(member.Directory.GroupOf(asking, known.Statement.ReaderGroups))),
            ];
            if (given.Count == 0)
                continue;

            _audit.Answered(asking, given);
            Publish(given.Chunk(SessionStatement.MaxInRecord).Select(chunk => (package, (IReadOnlyList<KnownSession>)chunk)), static _ => { });
        }
    }

    // What this member may no longer read itself, it does not hand on.
    private bool MayGive(KnownSession known) =>
        known.Statement.Producer == member.Identifier ||
        (store.RefusalOf(known) is null &&
            member.Directory.MayReceive(member.Identifier, known.Statement, member.Now));

    private void GrantToNewcomers()
    {
        var now = member.Steady.Now;
        List<(KeyPackage Package, IReadOnlyList<OwnSession> Sessions)> due = [];
        _readersChanged = false;
        foreach (var package in packages.All.Where(package => package.Member != member.Identifier))
        {
            List<OwnSession> ungranted =
            [
                .. _live.Where(session => IsKept(session.Known) && !session.Granted.Contains(package.Id) &&
                    IsReader(package, session.Known.Statement)),
            ];
            if (ungranted.Count == 0)
                continue;
            if (_actedOn.TryGetValue(package.Member, out var last) && last.Package != package.Id && now < last.At + PackageInterval)
            {
                _readersChanged = true;
                continue;
            }

            _actedOn[package.Member] = (package.Id, now);
            due.Add((package, ungranted));
        }

        if (due.Count == 0)
            return;

        foreach (var (package, sessions) in due)
        {
            foreach (var session in sessions)
                session.Granted.Add(package.Id);
            _audit.Granted(package.Member, sessions);
        }

        Publish(
            due.SelectMany(pair => pair.Sessions.Chunk(SessionStatement.MaxInRecord).Select(chunk =>
                (pair.Package, (IReadOnlyList<KnownSession>)[.. chunk.Select(session => session.Known)]))),
            delivered =>
            {
                if (delivered)
                {
                    _retry.Reset();
                    return;
                }

                foreach (var (package, sessions) in due)
                {
                    foreach (var session in sessions)
                        session.Granted.Remove(package.Id);
                }

                _readersChanged = true;
                _retry.Attempt();
            });
    }

    private void Publish(IEnumerable<(KeyPackage Package, IReadOnlyList<KnownSession> Sessions)> grants, Action<bool> done)
    {
        var now = member.Now;
        var layout = member.Directory.Project.Control;
        var byPartition = grants
            .GroupBy(grant => ControlPartition.GrantsOf(layout, grant.Package.Member))
            .Select(partition => (
                Partition: partition.Key,
                Records: KeyGrant.Create(
                    member.ProjectId, member.Identifier, member.Identity.Key,
                    partition.Select(grant => KeyGrant.Seal(
                        [.. grant.Sessions.Select(known => (known.Statement, known.Secret!, GroupKeyFor(grant.Package.Member, known)))],
                        grant.Package, member.Identifier)),
                    now).ToList()))
            .ToList();
        var (outstanding, allDelivered) = (byPartition.Count, true);
        if (outstanding == 0)
            done(true);

        foreach (var (partition, records) in byPartition)
        {
            member.Publish(partition, records, now, delivered =>
            {
                allDelivered &= delivered;
                if (--outstanding == 0)
                    done(allDelivered);
            });
        }
    }

    // A process that was frozen past a session's retention has destroyed its key before it ends the session.
    private bool IsKept(KnownSession known) => store.Find(SessionRef.Of(known.Statement)) == known;

    private TopicRequirements Requirements(string topic) => member.Directory.Project.Policy.RequirementsOf(topic);

    // A member is given the key of its own group and of no other.
    private GroupKey? GroupKeyFor(string reader, KnownSession known) =>
        member.Directory.GroupOf(reader, known.Statement.ReaderGroups) is { } group ? known.GroupKeys.First(key => key.Group == group) : null;

    private bool IsReader(KeyPackage package, SessionStatement session) => IsReader(package, session.Topic, session.ReaderGroups, session.Begins);

    private bool IsReader(KeyPackage package, string topic, ReaderGroups? groups, DateTimeOffset began)
    {
        var now = member.Now;
        var isArchive = Requirements(topic).ArchiveReaders.Contains(package.Member);
        return (isArchive ? package.IsUsable(now) : package.Accepts(topic, now)) &&
            member.Directory.Project.Allows(package.Key.Kem) &&
            member.Directory.Newest(package.Member)?.Key.Thumbprint == package.IdentityKey &&
            member.Directory.MayReceive(package.Member, topic, groups, began, now);
    }
}

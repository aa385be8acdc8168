using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using E2EKafka.Cryptography;
using E2EKafka.Diagnostics;
using E2EKafka.Messages;
using E2EKafka.Records;
using E2EKafka.Sessions;

namespace E2EKafka.KeyExchange;

/// <summary>
/// The sessions that this member knows: announced by others or by itself, held or not. Takes grants, gives grants, asks for
/// keys that are missing, and destroys keys after their retention.
/// </summary>
internal sealed class SessionBook : IDisposable
{
    private const string Collection = "sessions";

    /// <summary>Of one producer: a month of sessions of some sixty topics. Nobody's memory is at the mercy of another member.</summary>
    private const int MaxSessionsOfProducer = 50_000;

    /// <summary>Of one producer whose sessions policy refuses.</summary>
    private const int MaxRefusedSessionsOfProducer = 100;

    /// <summary>In a checkpoint, what is before the identifiers of members that will not be granted the key again.</summary>
    private const char GrantedMark = '!';

    /// <summary>Grants that came before their announcements: a producer writes them behind it, so there are few.</summary>
    private const int MaxEarlyGrants = 32;

    private readonly Member _member;
    private readonly PackageDirectory _packages;
    private readonly OwnKeyPackages _ownPackages;
    // By topic too: an insider could announce somebody else's id for a topic of its own.
    private readonly Dictionary<SessionRef, KnownSession> _sessions = [];
    private readonly Dictionary<string, int> _countOfProducer = [];
    private readonly Dictionary<SessionRef, MissingKey> _missing = [];
    private readonly Dictionary<(SessionRef Session, string Member, bool Insists), DateTimeOffset> _peerAnswers = [];
    private readonly HashSet<(SessionRef Session, string Member)> _asked = [];
    private readonly Dictionary<string, RequestBudget> _budgets = [];
    private readonly LinkedList<(KeyGrant Grant, bool IsLate, DateTimeOffset Since)> _earlyGrants = new();
    private readonly RetrySchedule _grants;
    private readonly HashSet<SessionRef> _ungranted = [];
    private bool _readersChanged = true;

    public SessionBook(Member member, PackageDirectory packages, OwnKeyPackages ownPackages)
    {
        _member = member;
        _packages = packages;
        _ownPackages = ownPackages;
        _grants = new RetrySchedule(member.Lifetimes);
        Load();
    }

    /// <summary>What the key ring shows.</summary>
    public ImmutableDictionary<SessionId, OpenableSession> Openable { get; private set; } =
        ImmutableDictionary<SessionId, OpenableSession>.Empty;

    public KnownSession? Find(SessionAnnouncement announcement) => _sessions.GetValueOrDefault(SessionRef.Of(announcement));

    /// <summary>Whether a member's secrets of the topic reach its vault, so that a crash does not lose them.</summary>
    public bool IsDurable(string topic) =>
        _member.Vault.IsDurable && _member.Directory.Project.Policy.RequirementsOf(topic).KeyRetention > TimeSpan.Zero;

    /// <summary>Who a session of a topic that began at some time may be sealed to now, this member aside.</summary>
    public IEnumerable<KeyPackage> ReadersOf(string topic, DateTimeOffset began) =>
        _packages.All.Where(package => package.Member != _member.Identifier && IsReader(package, topic, began));

    /// <summary>Why no reader can be given a session of a topic, and what to do.</summary>
    public string WhyNoReader(string topic, DateTimeOffset now) => ReaderShortage.Explain(_member, _packages.All, topic, now);

    /// <summary>Somebody's key package, credential or right has changed: grants may be due, and verdicts may be others.</summary>
    public void ReadersChanged() => _readersChanged = true;

    /// <summary>Adds a session of our own. Its secret is in the vault, if that is durable, when this returns.</summary>
    public KnownSession AddOwn(SessionAnnouncement announcement, SecretBytes secret)
    {
        var known = new KnownSession(announcement);
        if (!known.TryHold(secret))
            throw new CryptographicException("A session's own secret does not match its commitment.");

        Store(known);
        Add(known);
        Keep(known);
        return known;
    }

    /// <summary>Of how many sessions the key is still to come.</summary>
    public int MissingKeys => _missing.Count;

    /// <summary>What is known of each topic's sessions, for a status.</summary>
    public IReadOnlyList<ReceivingStatus> Status =>
    [
        .. _sessions.Values.GroupBy(known => known.Announcement.Topic).OrderBy(topic => topic.Key, StringComparer.Ordinal).Select(topic =>
            new ReceivingStatus(
                topic.Key,
                topic.Count(),
                topic.Count(known => known.Secret is not null),
                topic.Count(known => _missing.ContainsKey(SessionRef.Of(known.Announcement))),
                topic.Where(known => known.Secret is not null).Select(known => (DateTimeOffset?)RetirementOf(known.Announcement)).Min()))
    ];

    /// <summary>Whether there are grants whose announcements have not come yet.</summary>
    public bool HasEarlyGrants => _earlyGrants.Count > 0;

    /// <summary>Takes what an earlier life of this process kept of a session.</summary>
    public void Recall(string kept)
    {
        var lines = kept.Split('\n');
        if (Jws.TryParse(lines[0]) is not { } jws ||
            SessionAnnouncement.TryVerify(jws, _member.Directory, _member.Now, out _) is not { } announcement)
            return;

        var known = Find(announcement);
        if (known is null && Observe(announcement) == RecordProblem.None)
            known = Find(announcement);
        if (known is null)
            _member.Checkpoint.Forget(Checkpoint.SessionOf(SessionRef.Of(announcement)));
        known?.Grant(lines[1..].Where(line => line.StartsWith(GrantedMark)).Select(line => line[1..]));
        known?.SealedTo.UnionWith(lines[1..].Where(line => !line.StartsWith(GrantedMark)));
    }

    /// <summary>Takes a verified announcement from the log.</summary>
    public RecordProblem Observe(SessionAnnouncement announcement)
    {
        var key = SessionRef.Of(announcement);
        if (_sessions.TryGetValue(key, out var known))
            return known.Announcement.Hash == announcement.Hash ? RecordProblem.None : RecordProblem.Conflict;
        if (_member.Now >= RetirementOf(announcement))
            return RecordProblem.Outdated;
        if (_countOfProducer.GetValueOrDefault(announcement.Producer) >=
            (announcement.RefusalBy(_member.Directory) is null ? MaxSessionsOfProducer : MaxRefusedSessionsOfProducer))
            return RecordProblem.OverBudget;

        var session = new KnownSession(announcement);
        Add(session);
        Keep(session);
        _missing[key] = new MissingKey(new RetrySchedule(_member.Lifetimes));
        _missing[key].Schedule.NotBefore(_member.Now + _member.Lifetimes.KeyRequestDelay);
        foreach (var early in _earlyGrants.Where(early => SessionRef.Of(early.Grant) == key).ToList())
        {
            _earlyGrants.Remove(early);
            Observe(early.Grant, early.IsLate);
        }

        return RecordProblem.None;
    }

    /// <summary>Takes a verified grant from the log.</summary>
    /// <param name="grant">The grant.</param>
    /// <param name="isLate">Whether it reached the log long after it was signed: the private key that it is sealed to may be gone.</param>
    public RecordProblem Observe(KeyGrant grant, bool isLate)
    {
        if (!_sessions.TryGetValue(SessionRef.Of(grant), out var known))
        {
            // Whoever sealed it to us will not do so again: it must not be lost because it was read before its announcement.
            if (grant.Claims.Recipients.Any(recipient => recipient.Sub == _member.Identifier))
                _earlyGrants.AddLast((grant, isLate, _member.Now));
            if (_earlyGrants.Count > MaxEarlyGrants)
                _earlyGrants.RemoveFirst();
            return RecordProblem.None;
        }

        if (grant.Claims.Announcement != known.Announcement.Hash)
            return RecordProblem.Conflict;

        // Whoever may hold the key now must be known, so that the session can be dropped if he no longer may. That a peer says it has
        // sealed to somebody proves nothing to that one: only our own grants, and the producer's, are never made again.
        var (sender, recipients) = (grant.Claims.Sub, grant.Claims.Recipients.Select(recipient => recipient.Sub));
        var isOursOrProducers = sender == known.Announcement.Producer || sender == _member.Identifier;
        if (isOursOrProducers && !isLate)
            known.GrantedTo.UnionWith(recipients);
        else if (isOursOrProducers || MayReceive(sender, known))
            known.SealedTo.UnionWith(recipients.Where(member => _member.Directory.Newest(member) is not null));
        known.SealedTo.UnionWith(known.GrantedTo);
        Keep(known);

        if (known.Secret is not null || _ownPackages.TryOpen(grant) is not { } secret)
            return RecordProblem.None;
        if (!known.TryHold(secret))
            return RecordProblem.CommitmentMismatch;

        Store(known);
        _missing.Remove(SessionRef.Of(grant));
        Show(known);
        _member.Log.KeyReceived(known.Announcement.Id, known.Announcement.Topic, known.Announcement.Producer, sender);
        return RecordProblem.None;
    }

    /// <summary>Takes a verified request for keys: answers for our own sessions at once, and later for others' if their producers stay silent.</summary>
    public void Observe(KeyRequest request)
    {
        var member = request.Claims.Sub;
        if (!_budgets.TryGetValue(member, out var budget))
            _budgets[member] = budget = new RequestBudget();
        foreach (var id in request.Sessions)
        {
            var key = new SessionRef(request.Claims.Topic, id);
            if (!_sessions.TryGetValue(key, out var known) || known.Secret is null || !budget.TryTake(_member.Now))
                continue;
            if (known.Announcement.Producer == _member.Identifier)
            {
                _ungranted.Add(key);
                continue;
            }

            // Whoever asks again was not given the key by whoever says so.
            var insists = !_asked.Add((key, member));
            var spread = Jitter.Of(_member.Identifier, member, known.Announcement.Producer, $"{known.Announcement.Claims.Iat}");
            _peerAnswers.TryAdd((key, member, insists), _member.Now + (_member.Lifetimes.PeerAnswerDelay * (1 + (2 * spread))));
        }
    }

    /// <summary>Somebody waits for this key: asks for it without further delay.</summary>
    public void Hurry(SessionId id, string topic)
    {
        var key = new SessionRef(topic, id);
        if (_missing.TryGetValue(key, out var missing) && !missing.Hurried)
        {
            _missing[key] = missing with { Hurried = true };
            missing.Schedule.Reset();
        }
    }

    /// <summary>Does what is due.</summary>
    /// <param name="consumes">Whether this member consumes a topic.</param>
    /// <param name="hasReadKeysOf">Whether what the log has about a topic's sessions was read to the end.</param>
    public void Advance(Func<string, bool> consumes, Func<string, bool> hasReadKeysOf)
    {
        if (_readersChanged)
        {
            foreach (var known in _sessions.Values)
            {
                Show(known);
                if (known.Announcement.Producer == _member.Identifier && known.Secret is not null)
                    _ungranted.Add(SessionRef.Of(known.Announcement));
            }

            _readersChanged = false;
        }

        Retire();
        while (_earlyGrants.First is { } oldest && _member.Now > oldest.Value.Since + RecordClock.MaxDelay)
            _earlyGrants.RemoveFirst();

        // Time goes on while this runs: what is signed below is dated by a moment at which the credential was valid.
        var now = _member.Now;
        if (_member.Credential is not { } credential || _member.Directory.IsOutdated)
            return;

        GrantOwn(hasReadKeysOf, credential, now);
        AnswerForOthers(hasReadKeysOf, credential, now);
        RequestMissing(consumes, hasReadKeysOf, credential, now);
    }

    /// <summary>Forgets a session of our own that was never used.</summary>
    public void Forget(KnownSession known) => Remove([known]);

    /// <summary>The grants that give a session to readers, in as many records as it takes.</summary>
    public IReadOnlyList<string> SealTo(KnownSession known, IReadOnlyCollection<KeyPackage> readers, Credential credential, DateTimeOffset now) =>
    [
        .. KeyGrant.Distribute(readers).Select(recipients => KeyGrant.Create(
            known.Secret!, known.Announcement, recipients, _member.Identifier, _member.Identity.Key, credential, now))
    ];

    public void Dispose()
    {
        foreach (var known in _sessions.Values)
            known.Dispose();
    }

    private bool IsReader(KeyPackage package, string topic, DateTimeOffset began)
    {
        var now = _member.Now;
        var isArchive = _member.Directory.Project.Policy.RequirementsOf(topic).ArchiveReaders.Contains(package.Member);
        return (isArchive ? package.IsUsable(now) : package.Accepts(topic, now)) &&
            _member.Directory.Project.Allows(package.Key.Kem) &&
            _member.Directory.MayReceive(package.Member, topic, began, now);
    }

    private void GrantOwn(Func<string, bool> hasReadKeysOf, Credential credential, DateTimeOffset now)
    {
        if (!_grants.IsDue(_member.Now))
            return;

        foreach (var id in _ungranted.ToList())
        {
            // One that was reported lost was forgotten, and may have come back from the log since, without its key.
            if (!_sessions.TryGetValue(id, out var known) || known.Secret is null)
            {
                _ungranted.Remove(id);
                continue;
            }

            // Before the log was read to its end, we do not know whom it was sealed to already.
            if (!hasReadKeysOf(known.Announcement.Topic))
                continue;

            _ungranted.Remove(id);
            Grant(known, [.. ReadersOf(known.Announcement.Topic, known.Announcement.Begins)], credential, now);
        }
    }

    private void AnswerForOthers(Func<string, bool> hasReadKeysOf, Credential credential, DateTimeOffset now)
    {
        foreach (var answer in _peerAnswers.Where(pair => now >= pair.Value).Select(pair => pair.Key).ToList())
        {
            _peerAnswers.Remove(answer);
            if (_sessions.TryGetValue(answer.Session, out var known) && known.Secret is not null &&
                hasReadKeysOf(known.Announcement.Topic) && MayReceive(_member.Identifier, known) &&
                (answer.Insists || !known.SealedTo.Contains(answer.Member)) &&
                _packages.Of(answer.Member) is { } package &&
                IsReader(package, known.Announcement.Topic, known.Announcement.Begins))
                Grant(known, [package], credential, now);
        }
    }

    private void Grant(KnownSession known, IReadOnlyCollection<KeyPackage> readers, Credential credential, DateTimeOffset now)
    {
        var missing = readers.Where(package => !known.GrantedTo.Contains(package.Member)).ToList();
        if (missing.Count == 0)
            return;

        known.Grant(missing.Select(package => package.Member));
        _member.Publish(KeysOf(known), SealTo(known, missing, credential, now), delivered =>
        {
            // A process that was suspended may write a day later, to key packages whose private keys are gone.
            if (delivered && _member.Now <= now + (RecordClock.MaxDelay / 2))
            {
                _grants.Reset();
                _member.Log.KeyGranted(known.Announcement.Id, known.Announcement.Topic, missing.Count);
                return;
            }

            // For a session of somebody else's, whoever still wants it asks again.
            known.GrantedTo.ExceptWith(missing.Select(package => package.Member));
            if (known.Announcement.Producer != _member.Identifier)
                return;

            _grants.Attempt(_member.Now);
            _ungranted.Add(SessionRef.Of(known.Announcement));
        });
    }

    private void RequestMissing(
        Func<string, bool> consumes, Func<string, bool> hasReadKeysOf, Credential credential, DateTimeOffset now)
    {
        // Holders answer to a key package. Until ours is in the log there is nothing to ask with.
        if (_ownPackages.Current is not { } package || _missing.Count == 0)
            return;

        var due = _missing
            .Where(pair => pair.Value.Schedule.IsDue(now))
            .Select(pair => _sessions[pair.Key].Announcement)
            .Where(announcement =>
                consumes(announcement.Topic) && hasReadKeysOf(announcement.Topic) && package.Claims.Topics.Contains(announcement.Topic) &&
                _member.Directory.MayReceive(_member.Identifier, announcement.Topic, announcement.Begins, now))
            .ToList();
        foreach (var topic in due.GroupBy(announcement => announcement.Topic))
        {
            foreach (var chunk in topic.Chunk(KeyRequest.MaxSessions))
            {
                foreach (var announcement in chunk)
                    _missing[SessionRef.Of(announcement)].Schedule.Attempt(now);
                _member.Log.KeysRequested(chunk.Length, topic.Key);
                _member.Publish(
                    ControlPartition.Requests,
                    [
                        KeyRequest.Create(
                            _member.ProjectId, _member.Identifier, topic.Key, chunk.Select(announcement => announcement.Id),
                            _member.Identity.Key, credential, now)
                    ],
                    static _ => { });
            }
        }
    }

    private void Retire()
    {
        var now = _member.Now;
        var old = _sessions.Values.Where(known => now >= RetirementOf(known.Announcement)).ToList();
        if (old.Count > 0)
            Remove(old);
    }

    private DateTimeOffset RetirementOf(SessionAnnouncement announcement)
    {
        var retention = _member.Directory.Project.Policy.RequirementsOf(announcement.Topic).KeyRetention;
        return announcement.Ends + (retention > TimeSpan.Zero ? retention : _member.Lifetimes.MemoryRetention);
    }

    private ControlPartition KeysOf(KnownSession known) =>
        ControlPartition.KeysOf(_member.Directory.Project.Control, known.Announcement.Topic);

    private void Add(KnownSession known)
    {
        _sessions.Add(SessionRef.Of(known.Announcement), known);
        _countOfProducer[known.Announcement.Producer] = _countOfProducer.GetValueOrDefault(known.Announcement.Producer) + 1;
        Show(known);
    }

    private void Remove(IReadOnlyCollection<KnownSession> gone)
    {
        using var batch = new VaultBatch();
        foreach (var known in gone)
        {
            var (key, id) = (SessionRef.Of(known.Announcement), known.Announcement.Id);
            if (known.Secret is not null)
                batch.Delete(Collection, id.ToString());
            _sessions.Remove(key);
            _missing.Remove(key);
            _asked.RemoveWhere(asked => asked.Session == key);
            _member.Checkpoint.Forget(Checkpoint.SessionOf(key));
            _countOfProducer[known.Announcement.Producer]--;
            if (Openable.TryGetValue(id, out var shown) && shown.Announcement == known.Announcement)
                Openable = Openable.Remove(id);
            known.Dispose();
        }

        _member.Vault.Write(batch);
    }

    private void Show(KnownSession known)
    {
        // Of two topics' sessions with one id, the one whose key we hold is no forgery.
        var announcement = known.Announcement;
        if (known.Keys is null && Openable.TryGetValue(announcement.Id, out var shown) && shown.Announcement.Topic != announcement.Topic)
            return;

        Openable = Openable.SetItem(announcement.Id, new OpenableSession(
            announcement,
            known.Keys,
            announcement.RefusalBy(_member.Directory) ?? (MayRead(known) ? null : FailureReason.ReaderNotAuthorized),
            _member.Directory.Newest(announcement.Producer)?.Attributes ?? new Dictionary<string, string>(),
            RetirementOf(announcement).UtcTicks)
        {
            IsFromBeforeEnrollment = !MayRead(known) && _member.Directory.Newest(_member.Identifier) is { } credential &&
                _member.Directory.Admits(credential, announcement.Topic, DateTimeOffset.MaxValue),
        });
    }

    private void Keep(KnownSession known) => _member.Checkpoint.Keep(
        Checkpoint.SessionOf(SessionRef.Of(known.Announcement)), string.Join('\n',
        [known.Announcement.Record, .. known.SealedTo.Except(known.GrantedTo), .. known.GrantedTo.Select(member => GrantedMark + member)]));

    private bool MayReceive(string member, KnownSession known) =>
        _member.Directory.MayReceive(member, known.Announcement.Topic, known.Announcement.Begins, _member.Now);

    // Without a credential of our own yet, there is nothing to judge; no key can have come either.
    // Of a session from before we joined, where policy keeps that from us, no key will ever come; one that is here came by right.
    private bool MayRead(KnownSession known) =>
        _member.Directory.Newest(_member.Identifier) is not { } credential ||
        _member.Directory.Admits(
            credential, known.Announcement.Topic, known.Secret is null ? known.Announcement.Begins : DateTimeOffset.MaxValue);

    private void Store(KnownSession known)
    {
        if (!IsDurable(known.Announcement.Topic))
            return;

        var record = Encoding.ASCII.GetBytes(known.Announcement.Record);
        var value = new byte[SessionKeys.SecretSize + record.Length];
        known.Secret!.Span.CopyTo(value);
        record.CopyTo(value.AsSpan(SessionKeys.SecretSize));
        using var batch = new VaultBatch();
        _member.Vault.Write(batch.Put(Collection, known.Announcement.Id.ToString(), value));
        CryptographicOperations.ZeroMemory(value);
    }

    private void Load()
    {
        using var unreadable = new VaultBatch();
        foreach (var (name, value) in _member.Vault.List(Collection))
        {
            if (value.Length > SessionKeys.SecretSize &&
                Jws.TryParse(value.AsSpan(SessionKeys.SecretSize)) is { } jws &&
                SessionAnnouncement.TryVerify(jws, _member.Directory, _member.Now, out _) is { } announcement)
            {
                var known = new KnownSession(announcement);
                known.TryHold(SecretBytes.CopyOf(value.AsSpan(0, SessionKeys.SecretSize)));
                Add(known);
            }
            else
            {
                // Nobody would ever destroy what is not known.
                unreadable.Delete(Collection, name);
            }

            CryptographicOperations.ZeroMemory(value);
        }

        _member.Vault.Write(unreadable);
    }

    private sealed record MissingKey(RetrySchedule Schedule, bool Hurried = false);
}

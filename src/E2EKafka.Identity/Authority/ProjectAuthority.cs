using System.Security.Cryptography;
using E2EKafka.Cryptography;
using E2EKafka.Records;

namespace E2EKafka.Authority;

/// <summary>
/// What a project's authority decides and signs, over its vault and a clock, without Kafka. Every change is one vault write of all its
/// records; they are published in order afterwards (<see cref="TakeUnpublished"/>). Safe for many threads.
/// </summary>
internal sealed class ProjectAuthority : IDisposable
{
    public const int MaxTicketUses = 1_000_000;

    public static readonly TimeSpan MaxTicketLifetime = TimeSpan.FromDays(365);

    /// <summary>How often one member may replace its identity key: each change ends sessions of every topic that it may consume.</summary>
    private static readonly TimeSpan KeyChangeInterval = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly AuthorityStore _store;
    private readonly TimeProvider _time;
    private readonly TimeSpan _credentialLifetime;
    private readonly List<string> _unpublished = [];
    private AuthoritySecrets _secrets;
    private RevocationList _revocations;
    private AuthorityRecovery? _recovery;

    private ProjectAuthority(
        AuthorityStore store, TimeProvider time, TimeSpan credentialLifetime, AuthoritySecrets secrets, ProjectDocument document, RevocationList revocations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(credentialLifetime, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(credentialLifetime, Credential.MaxLifetime);
        _store = store;
        _time = time;
        _credentialLifetime = credentialLifetime;
        _secrets = secrets;
        _revocations = revocations;
        Document = document;
    }

    public ProjectDocument Document { get; private set; }

    private DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Whether a vault has an authority.</summary>
    public static bool Exists(IVaultStore vault) => new AuthorityStore(vault).HasDocument;

    /// <summary>Makes a project and its authority, and keeps them in a vault.</summary>
    /// <param name="vault">The vault.</param>
    /// <param name="time">The clock.</param>
    /// <param name="credentialLifetime">How long credentials are valid.</param>
    /// <param name="name">The project's name.</param>
    /// <param name="control">Its control topics.</param>
    /// <param name="kem">The KEM of all its keys. Default: <see cref="HpkeKem.Default"/>.</param>
    /// <param name="isDevelopment">Whether it is a project for development. Default: no.</param>
    public static ProjectAuthority Create(
        IVaultStore vault, TimeProvider time, TimeSpan credentialLifetime, string name, ControlTopicLayout control, HpkeKem? kem = null,
        bool isDevelopment = false)
    {
        if (Exists(vault))
        {
            throw new EndToEndKafkaException(FailureReason.ProjectInvalid,
                "The vault already has a project's authority. Use another vault for another project.");
        }

        var secrets = AuthoritySecrets.Generate(kem ?? HpkeKem.Default);
        var document = ProjectDocument.Sign(
            ProjectDocument.FirstClaims(name, secrets.Signing.Public, secrets.Sealing.PublicKey, control, time.GetUtcNow(), isDevelopment), secrets.Signing);
        var store = new AuthorityStore(vault);
        var authority = new ProjectAuthority(store, time, credentialLifetime, secrets, document, new RevocationList([]));
        using var batch = new VaultBatch();
        secrets.Put(batch);
        AuthorityStore.Put(batch, document, [], []);
        store.Write(batch);
        return authority;
    }

    /// <summary>Reads the authority that <see cref="Create"/> put into a vault.</summary>
    public static ProjectAuthority Open(IVaultStore vault, TimeProvider time, TimeSpan credentialLifetime)
    {
        var store = new AuthorityStore(vault);
        var secrets = AuthoritySecrets.TryRead(vault);
        if (secrets is null || store.TryReadDocument(out var revocations) is not { } document)
        {
            throw new EndToEndKafkaException(FailureReason.VaultCorrupt,
                "The vault has no whole authority: a key, the project document or a record of removals is missing or damaged. Restore it from a backup.");
        }

        if (document.AlgorithmProblem is { } problem)
            throw new EndToEndKafkaException(FailureReason.AlgorithmNotAvailable, problem);
        if (!secrets.AreOf(document))
        {
            throw new EndToEndKafkaException(FailureReason.VaultCorrupt,
                "The vault's authority keys are not those of its project document. Restore the vault from a backup.");
        }

        return new ProjectAuthority(store, time, credentialLifetime, secrets, document, new RevocationList(revocations));
    }

    /// <summary>Makes a ticket. Only the hash of its secret is kept.</summary>
    public EnrollmentTicket CreateTicket(IReadOnlyDictionary<string, string> attributes, int uses, TimeSpan lifetime)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(uses);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(uses, MaxTicketUses);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(lifetime, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(lifetime, MaxTicketLifetime);
        if (Credential.ProblemOf(attributes) is { } problem)
            throw new ArgumentException(problem, nameof(attributes));

        var now = Now;
        var exp = (now + lifetime).ToUnixTimeSeconds();
        var secret = RandomNumberGenerator.GetBytes(EnrollmentTicket.SecretSize);
        lock (_lock)
        {
            using var batch = new VaultBatch();
            _store.ForgetExpiredTickets(batch, now);
            AuthorityStore.Put(batch, EnrollmentTicket.HashOf(secret), new TicketRecord(new Dictionary<string, string>(attributes), uses, exp, Used: 0));
            _store.Write(batch);
            return new EnrollmentTicket(new TicketClaims(
                Document.Id, Document.Authority, Document.AuthorityKey.Thumbprint, Document.Version, exp, secret));
        }
    }

    /// <summary>
    /// Answers a request: a credential or a refusal to publish, or nothing where it is not a request at all. It may change the project
    /// document, too, which is then to be published after the answer.
    /// </summary>
    /// <param name="jws">The request.</param>
    /// <param name="mayRefuse">Asked before a refusal is signed: who may ask without end must not have it sign without end. Default: always.</param>
    public string? Answer(Jws jws, Func<bool>? mayRefuse = null)
    {
        var now = Now;
        if (AuthorityRequest.TryVerify(jws, Document.Id) is not { } request ||
            (now - RecordClock.ToTime(request.Claims.Iat)).Duration() > RecordClock.MaxDelay)
            return null;

        lock (_lock)
        {
            var member = _store.Member(request.Claims.Sub);
            var (refusal, credential) = _secrets.TryOpen(request) switch
            {
                null => (FailureReason.RequestInvalid, null),
                _ when _store.IsRemoved(request.Claims.Sub) || Document.RevocationOf(request.Claims.Sub) is not null => (FailureReason.Revoked, null),
                { Ticket: { } secret } => Enroll(request, member, EnrollmentTicket.HashOf(secret), now),
                { Change: { } change } when member is not null && member.Key != request.Key.Thumbprint => ChangeKey(request, member, change, now),
                _ => Renew(request, member, now),
            };

            if (credential is not null || refusal == FailureReason.NotReady || mayRefuse?.Invoke() == false)
                return credential;

            return Jws.Sign(
                RecordTypes.Refusal,
                _secrets.Signing,
                new RefusalClaims(Document.Authority, Document.Id, request.Claims.Sub, now.ToUnixTimeSeconds(), jws.Hash, refusal),
                RecordJson.Default.RefusalClaims);
        }
    }

    /// <summary>
    /// Takes over what this authority signed earlier and its vault does not know, because it was restored from a backup. To be called with
    /// the whole log, in order, before <see cref="EndRecovery"/> and the first answer.
    /// </summary>
    public void Recover(Jws own)
    {
        lock (_lock)
            (_recovery ??= new AuthorityRecovery(_store, Document, _revocations)).Take(own);
    }

    /// <summary>Looks at a record of the authority that came after <see cref="EndRecovery"/>. One that a copy of this authority wrote stops this one.</summary>
    public void Watch(Jws own)
    {
        lock (_lock)
        {
            var watch = new AuthorityRecovery(_store, Document, _revocations);
            watch.Take(own);
            if (watch.HasFoundDocument)
            {
                throw new EndToEndKafkaException(FailureReason.VaultCorrupt,
                    "Another process publishes project documents as this authority: its vault is in two places. Stop the other one, and restore its vault here.");
            }
        }
    }

    /// <summary>All was read: what was found is in force.</summary>
    public void EndRecovery()
    {
        lock (_lock)
        {
            if (_recovery is not { } recovery)
                return;

            _recovery = null;
            if (recovery.HasFoundDocument)
                (Document, _revocations) = recovery.End();

            // A member stays removed when the document needs not name it any more, also where the vault is older than its removal.
            using var removed = new VaultBatch();
            foreach (var revocation in Document.Revocations.Where(revocation => !_store.IsRemoved(revocation.Sub)))
                AuthorityStore.PutRemoved(removed, revocation.Sub);
            _store.Write(removed);

            // No document rules out yet what these credentials supersede.
            var now = Now.ToUnixTimeSeconds();
            var late = _store.Members()
                .Where(member => member.Value.Superseded is { } superseded && superseded.Until >= now &&
                    Document.LowestSerialOf(member.Key) < superseded.LowestSerial)
                .Take(ProjectDocument.MaxNarrowings - NarrowingsToKeep(Now).Count)
                .ToList();
            if (late.Count > 0)
            {
                using var batch = new VaultBatch();
                TryNarrow(batch, late);
            }
        }
    }

    /// <summary>Puts another policy into force.</summary>
    /// <returns>The new document.</returns>
    public ProjectDocument SetPolicy(Policy policy)
    {
        lock (_lock)
        {
            if (policy != Document.Claims.Policy)
            {
                var changed = Document.Claims with { Policy = policy, Narrowings = NarrowingsToKeep(Now) };
                using var batch = new VaultBatch();
                Store(batch, changed, RevocationsToKeep(), _secrets, room: ProjectDocument.RoomToLeave(changed));
            }

            return Document;
        }
    }

    /// <summary>Removes a member. A removal as compromised replaces one as departed, never the other way round.</summary>
    /// <returns>The new document.</returns>
    public ProjectDocument Revoke(string member, RevocationKind kind)
    {
        if (!Base64UrlBytes.IsHash(member))
            throw new ArgumentException("A member's identifier has 43 characters of base64url.", nameof(member));

        lock (_lock)
        {
            if (Document.RevocationOf(member) is { } known && (known.Kind == RevocationKind.Compromised || kind == RevocationKind.Departed))
                return Document;

            using var batch = new VaultBatch();
            var record = _store.Member(member);
            AuthorityStore.PutRemoved(batch, member);
            var revocations = RevocationsToKeep().With(new Revocation(member, kind, Now.ToUnixTimeSeconds()), Document.Id, _secrets.Signing);
            Store(batch, Document.Claims, revocations, _secrets, leavers: [record?.Attributes]);
            return Document;
        }
    }

    /// <summary>
    /// Replaces the authority's keys. The old key signs the change; what members sealed to the old sealing key in the meantime can still be
    /// opened until the next rotation. Readers change over at once, with the document: before it come all credentials, signed again.
    /// </summary>
    /// <returns>The new document.</returns>
    public ProjectDocument RotateKeys()
    {
        lock (_lock)
        {
            var now = Now;
            var secrets = _secrets.Rotate();
            var authority = Document.Claims.Authority;
            var change = KeyChange.Create(Document.Id, Document.Authority, _secrets.Signing, secrets.Signing.Public, now);
            using var batch = new VaultBatch();
            secrets.Put(batch);
            List<string> credentials = [];
            foreach (var (identifier, member) in _store.Members())
            {
                var claims = ClaimsOf(member);
                var credential = Jws.Sign(RecordTypes.Credential, secrets.Signing, claims, RecordJson.Default.CredentialClaims);
                AuthorityStore.Put(batch, identifier, member with { Credential = credential });
                if (IsNeeded(claims, now))
                    credentials.Add(credential);
            }

            var changed = Document.Claims with
            {
                Authority = authority with { Sealing = secrets.Sealing.PublicKey.Encoded.ToArray(), Changes = [.. authority.Changes, change] },
            };
            var old = _secrets;
            Store(batch, changed, RevocationsToKeep(), secrets, before: [change, .. credentials]);
            _secrets = secrets;
            old.Dispose();
            return Document;
        }
    }

    /// <summary>The records of all changes since this was called last, in the order to publish them.</summary>
    public IReadOnlyList<string> TakeUnpublished()
    {
        lock (_lock)
        {
            List<string> records = [.. _unpublished];
            _unpublished.Clear();
            return records;
        }
    }

    /// <summary>
    /// All that readers need, in the order to publish it: the changes of the authority's key, records of removals, credentials, and the
    /// document.
    /// </summary>
    /// <param name="withCredentials">
    /// Whether with every member's newest credential that readers may still need, lapsed and departed members' too: until it has expired,
    /// and the longest key retention and a day have passed.
    /// </param>
    public IReadOnlyList<string> RecordsToPublish(bool withCredentials)
    {
        lock (_lock)
        {
            var now = Now;
            return
            [
                .. Document.Claims.Authority.Changes,
                .. _revocations.Records.Select(record => record.Text),
                .. withCredentials
                    ? _store.Members().Where(member => IsNeeded(ClaimsOf(member.Value), now)).Select(member => member.Value.Credential)
                    : [],
                Document.Record,
            ];
        }
    }

    /// <summary>Every member that ever enrolled, by identifier, with its attributes.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> ListMembers()
    {
        lock (_lock)
            return _store.Members().ToDictionary(pair => pair.Key, pair => pair.Value.Attributes);
    }

    public void Dispose() => _secrets.Dispose();

    private static CredentialClaims ClaimsOf(MemberRecord member) =>
        Jws.TryParse(member.Credential)?.ReadUnverified(RecordJson.Default.CredentialClaims) ?? throw new EndToEndKafkaException(
            FailureReason.VaultCorrupt, "The authority's vault has a credential that this release cannot read. Use the release that wrote it, or a later one.");

    private bool IsNeeded(CredentialClaims claims, DateTimeOffset now) =>
        RecordClock.ToTime(claims.Exp) > now - TimeSpan.FromDays(1) - Document.LongestKeyRetention;

    private (FailureReason Refusal, string? Credential) Enroll(AuthorityRequest request, MemberRecord? member, string ticketHash, DateTimeOffset now)
    {
        // A member that enrolled with it before gets the same answer, as often as it asks and however late: its answer may have been lost.
        if (member?.Ticket == ticketHash)
            return Renew(request, member, now);
        if (_store.Ticket(ticketHash) is not { } ticket)
            return (FailureReason.TicketUnknown, null);
        if (now >= RecordClock.ToTime(ticket.Exp))
            return (FailureReason.TicketExpired, null);
        if (ticket.Used >= ticket.Uses)
            return (FailureReason.TicketUsedUp, null);

        // An identifier is the thumbprint of its first key: no member can enroll under the identifier of another.
        if (request.Claims.Sub != request.Key.Thumbprint || member is not null)
            return (FailureReason.RequestInvalid, null);

        using var batch = new VaultBatch();
        AuthorityStore.Put(batch, ticketHash, ticket with { Used = ticket.Used + 1 });
        var record = Issue(request, new MemberRecord(ticketHash, now.ToUnixTimeSeconds(), ticket.Attributes, 0, "", "", 0), now);
        AuthorityStore.Put(batch, request.Claims.Sub, record);
        _store.Write(batch);
        return (default, record.Credential);
    }

    private (FailureReason Refusal, string? Credential) Renew(AuthorityRequest request, MemberRecord? member, DateTimeOffset now)
    {
        if (member is null || member.Key != request.Key.Thumbprint)
            return (FailureReason.NotEnrolled, null);

        // The same answer to a question asked twice.
        if (Jws.TryParse(member.Credential) is { } jws && Credential.TryVerify(jws, Document) is { } current &&
            current.Claims.Document == Document.Reference &&
            now - current.IssuedAt < (current.ExpiresAt - current.IssuedAt) / 8)
            return (default, member.Credential);

        using var batch = new VaultBatch();
        var record = Issue(request, member, now);
        AuthorityStore.Put(batch, request.Claims.Sub, record);
        _store.Write(batch);
        return (default, record.Credential);
    }

    // The change must be signed by the key that is current, so it is accepted once: who comes later with another has forked off.
    private (FailureReason Refusal, string? Credential) ChangeKey(AuthorityRequest request, MemberRecord member, string change, DateTimeOffset now)
    {
        if (Jws.TryParse(member.Credential) is not { } jws || Credential.TryVerify(jws, Document) is not { } current ||
            KeyChange.TryVerify(change, Document.Id, request.Claims.Sub, current.Key) is not { } verified ||
            verified.Key.Thumbprint != request.Key.Thumbprint)
            return (FailureReason.RequestInvalid, null);

        // Not now. The member asks again.
        if (member.KeyChangedAt is { } last && now < RecordClock.ToTime(last) + KeyChangeInterval)
            return (FailureReason.NotReady, null);

        // The credential first: readers look for it when the document has ruled out the one before.
        using var batch = new VaultBatch();
        var record = Issue(request, member with { KeyChangedAt = now.ToUnixTimeSeconds() }, now).Supersede(member);
        AuthorityStore.Put(batch, request.Claims.Sub, record);
        return TryNarrow(batch, [KeyValuePair.Create(request.Claims.Sub, record)]) ? (default, record.Credential) : (FailureReason.NotReady, null);
    }

    private MemberRecord Issue(AuthorityRequest request, MemberRecord member, DateTimeOffset now)
    {
        var serial = Next(member.Serial, now);
        var exp = (now + _credentialLifetime).ToUnixTimeSeconds();
        var claims = new CredentialClaims(
            Iss: Document.Authority,
            Aud: Document.Id,
            Sub: request.Claims.Sub,
            Iat: now.ToUnixTimeSeconds(),
            Exp: exp,
            EnrolledAt: member.EnrolledAt,
            Serial: serial,
            Cnf: new ConfirmationKey(request.Key.Jwk),
            Attributes: member.Attributes,
            Document: Document.Reference,
            Ticket: member.Ticket,
            Request: request.Jws.Hash);
        return member with
        {
            Serial = serial,
            LatestExp = Math.Max(exp, member.LatestExp),
            Key = request.Key.Thumbprint,
            Credential = Jws.Sign(RecordTypes.Credential, _secrets.Signing, claims, RecordJson.Default.CredentialClaims),
        };
    }

    // An authority that was restored from a backup goes on above what it has forgotten.
    private static long Next(long previous, DateTimeOffset now) => Math.Max(previous + 1, now.ToUnixTimeSeconds());

    // A narrowing is not needed when the last credential that it rules out has ended. Where the vault does not know that one, a serial is no
    // lower than the time at which it was issued.
    private List<Narrowing> NarrowingsToKeep(DateTimeOffset now) =>
    [
        .. Document.Claims.Narrowings.Where(narrowing => now.ToUnixTimeSeconds() <=
            (_store.Member(narrowing.Sub)?.Superseded is { } superseded && superseded.LowestSerial == narrowing.Serial
                ? superseded.Until
                : narrowing.Serial + (long)Credential.MaxLifetime.TotalSeconds)),
    ];

    // False, and nothing is written, where the document has no room now.
    private bool TryNarrow(VaultBatch batch, IReadOnlyList<KeyValuePair<string, MemberRecord>> members)
    {
        var narrowings = NarrowingsToKeep(Now).ToDictionary(narrowing => narrowing.Sub);
        foreach (var (sub, member) in members)
            narrowings[sub] = new Narrowing(sub, member.Superseded!.LowestSerial);
        if (narrowings.Count > ProjectDocument.MaxNarrowings)
            return false;

        var claims = Document.Claims with { Narrowings = [.. narrowings.Values.OrderBy(narrowing => narrowing.Sub, StringComparer.Ordinal)] };
        try
        {
            Store(batch, claims, RevocationsToKeep(), _secrets, leavers: [.. members.Select(member => member.Value.Superseded!.Attributes)]);
            return true;
        }
        catch (EndToEndKafkaException e) when (e.Reason == FailureReason.ProjectInvalid)
        {
            return false;
        }
    }

    // Nothing of a member can be opened any more when its last credential, the longest session and the longest key retention are over.
    private RevocationList RevocationsToKeep() => _revocations.Since(
        Now - Credential.MaxLifetime - SessionStatement.MaxLifetime - Document.LongestKeyRetention, Document.Id, _secrets.Signing);

    // One vault write, then published in order: what the document depends on, then the document. A member that leaves or changes its key
    // raises the versions of its reader groups.
    private void Store(
        VaultBatch batch, ProjectClaims claims, RevocationList revocations, AuthoritySecrets secrets,
        IReadOnlyList<IReadOnlyDictionary<string, string>?>? leavers = null, IReadOnlyList<string>? before = null, int room = 0)
    {
        var next = claims with { Revocations = revocations.Hashes, Version = Next(Document.Version, Now), Iat = Now.ToUnixTimeSeconds() };
        var document = ProjectDocument.Sign(GroupVersions.Follow(Document.Claims, next, leavers ?? []), secrets.Signing, room);
        document.TryResolve(hash => revocations.Records.FirstOrDefault(record => record.Hash == hash));
        var added = revocations.Records.Except(_revocations.Records).ToList();
        AuthorityStore.Put(batch, document, added, _revocations.Records.Except(revocations.Records));
        _store.Write(batch);
        (Document, _revocations) = (document, revocations);
        _unpublished.AddRange([.. added.Select(record => record.Text), .. before ?? [], document.Record]);
    }
}

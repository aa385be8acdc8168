using E2EKafka.Cryptography;
using E2EKafka.Records;

namespace E2EKafka.Authority;

/// <summary>
/// What a project's authority decides and signs, over its vault and a clock, without Kafka. Every change is one vault write of all its
/// records; they are published in order afterwards (<see cref="TakeUnpublished"/>). Safe for many threads.
/// </summary>
internal sealed class ProjectAuthority : IDisposable
{
    private readonly Lock _lock = new();
    private readonly AuthorityStore _store;
    private readonly TimeProvider _time;
    private readonly AuthorityDocument _document;
    private readonly CredentialIssuer _issuer;
    private readonly TicketBook _tickets;
    private AuthorityRecovery? _recovery;

    private ProjectAuthority(
        AuthorityStore store, TimeProvider time, TimeSpan credentialLifetime, AuthoritySecrets secrets, ProjectDocument document, RevocationList revocations)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(credentialLifetime, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(credentialLifetime, Credential.MaxLifetime);
        _store = store;
        _time = time;
        _document = new AuthorityDocument(store, secrets, document, revocations, time);
        _issuer = new CredentialIssuer(store, _document, credentialLifetime);
        _tickets = new TicketBook(store, _document);
    }

    /// <summary>Told of what the authority decided, on the thread of the decision. To be set before it is used. Default: no audit.</summary>
    public IAuthorityAudit Audit { get => _issuer.Audit; set => _issuer.Audit = _tickets.Audit = value; }

    /// <summary>The project document in force.</summary>
    public ProjectDocument Document => _document.Current;

    private DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Whether a vault has an authority.</summary>
    /// <exception cref="EndToEndKafkaException">An entry of the vault cannot be read: it could be the authority's.</exception>
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
    /// <exception cref="EndToEndKafkaException">An entry of the vault is missing or cannot be read.</exception>
    public static ProjectAuthority Open(IVaultStore vault, TimeProvider time, TimeSpan credentialLifetime)
    {
        var store = new AuthorityStore(vault);
        var secrets = AuthoritySecrets.TryRead(vault);
        store.RequireWhole();
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

    /// <inheritdoc cref="TicketBook.Create"/>
    public EnrollmentTicket CreateTicket(IReadOnlyDictionary<string, string> attributes, int uses, TimeSpan lifetime)
    {
        lock (_lock)
            return _tickets.Create(attributes, uses, lifetime, Now);
    }

    /// <inheritdoc cref="TicketBook.List"/>
    public IReadOnlyList<IssuedTicket> ListTickets()
    {
        lock (_lock)
            return _tickets.List();
    }

    /// <summary>Cancels a ticket, and removes the members that enrolled with it where a kind is given.</summary>
    /// <returns>The members that enrolled with it.</returns>
    /// <exception cref="EndToEndKafkaException">There is no such ticket, and no member enrolled with one.</exception>
    public IReadOnlyList<string> CancelTicket(string id, RevocationKind? revoke)
    {
        if (!Base64UrlBytes.IsHash(id))
            throw new ArgumentException("A ticket's id has 43 characters of base64url.", nameof(id));

        lock (_lock)
        {
            using var batch = new VaultBatch();
            List<string> members = [.. _tickets.Cancel(batch, id).Select(member => member.Key)];
            if (revoke is not { } kind || !TryRevoke(batch, members, kind, () => Audit.TicketCancelled(id, members.Count)))
            {
                _store.Write(batch);
                Audit.TicketCancelled(id, members.Count);
            }

            return members;
        }
    }

    /// <inheritdoc cref="CredentialIssuer.SetAttributes"/>
    public void SetAttributes(string identifier, IReadOnlyDictionary<string, string> attributes)
    {
        lock (_lock)
            _issuer.SetAttributes(identifier, attributes, Now);
    }

    /// <inheritdoc cref="CredentialIssuer.Answer"/>
    public string? Answer(Jws jws, Func<bool>? mayRefuse = null)
    {
        lock (_lock)
            return _issuer.Answer(jws, mayRefuse, Now);
    }

    /// <summary>
    /// Takes over what this authority signed earlier and its vault does not know, because it was restored from a backup. To be called with
    /// the whole log, in order, before <see cref="EndRecovery"/> and the first answer.
    /// </summary>
    public void Recover(Jws own)
    {
        lock (_lock)
            (_recovery ??= new AuthorityRecovery(_store, Document, _document.Revocations)).Take(own);
    }

    /// <summary>Looks at a record of the authority that came after <see cref="EndRecovery"/>. One that a copy of this authority wrote stops this one.</summary>
    public void Watch(Jws own)
    {
        lock (_lock)
        {
            var watch = new AuthorityRecovery(_store, Document, _document.Revocations, takes: false);
            watch.Take(own);
            if (watch.HasFoundDocument || watch.HasFoundCredential)
            {
                throw new EndToEndKafkaException(FailureReason.VaultCorrupt,
                    "Another process publishes as this authority: its vault is in two places, or its key was stolen. Stop the other one, and restore its vault here. If there is none, replace the authority's keys.");
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
            {
                var (document, revocations) = recovery.End();
                _document.TakeOver(document, revocations);
            }

            // A member stays removed when the document needs not name it any more, also where the vault is older than its removal.
            using var removed = new VaultBatch();
            foreach (var revocation in Document.Revocations.Where(revocation => !_store.IsRemoved(revocation.Sub)))
                AuthorityStore.PutRemoved(removed, revocation);
            _store.Write(removed);

            // No document rules out yet what these credentials supersede.
            var now = Now.ToUnixTimeSeconds();
            var late = _store.Members()
                .Where(member => member.Value.Superseded is { } superseded && superseded.Until >= now &&
                    Document.LowestSerialOf(member.Key) < superseded.LowestSerial)
                .Take(ProjectDocument.MaxNarrowings - _document.NarrowingsToKeep().Count)
                .ToList();
            if (late.Count > 0)
            {
                using var batch = new VaultBatch();
                _document.TryNarrow(batch, late);
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
                var before = Document;
                var changed = Document.Claims with { Policy = policy, Narrowings = _document.NarrowingsToKeep() };
                using var batch = new VaultBatch();
                _document.Change(batch, changed, _document.RevocationsToKeep(policy), room: ProjectDocument.RoomToLeave(changed));
                Audit.PolicyChanged(before, Document);
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
            using var batch = new VaultBatch();
            TryRevoke(batch, [member], kind);
            return Document;
        }
    }

    /// <inheritdoc cref="AuthorityDocument.RotateKeys"/>
    /// <returns>The new document.</returns>
    public ProjectDocument RotateKeys()
    {
        lock (_lock)
        {
            var before = Document;
            _document.RotateKeys();
            Audit.KeysReplaced(before, Document);
            return Document;
        }
    }

    /// <inheritdoc cref="AuthorityDocument.TakeUnpublished"/>
    public IReadOnlyList<string> TakeUnpublished()
    {
        lock (_lock)
            return _document.TakeUnpublished();
    }

    /// <inheritdoc cref="AuthorityDocument.RecordsToPublish"/>
    public IReadOnlyList<string> RecordsToPublish(bool withCredentials)
    {
        lock (_lock)
            return _document.RecordsToPublish(withCredentials);
    }

    /// <summary>Every member that ever enrolled, in the order of identifiers. A removed one is told also where the document needs not name it any more.</summary>
    public IReadOnlyList<EnrolledMember> ListMembers()
    {
        lock (_lock)
        {
            var removals = _store.Removals().ToDictionary(revocation => revocation.Sub, revocation => revocation.Kind);
            return
            [
                .. _store.Members().OrderBy(member => member.Key, StringComparer.Ordinal)
                    .Select(member => new EnrolledMember(member.Key, member.Value.Attributes, removals.TryGetValue(member.Key, out var kind) ? kind : null)),
            ];
        }
    }

    public void Dispose() => _document.Dispose();

    // False, and nothing is written, where all of them are removed already.
    private bool TryRevoke(VaultBatch batch, IReadOnlyList<string> members, RevocationKind kind, Action? audit = null)
    {
        List<Revocation> removed =
        [
            .. members.Where(member => Document.RevocationOf(member) is not { } known || (known.Kind == RevocationKind.Departed && kind == RevocationKind.Compromised))
                .Select(member => new Revocation(member, kind, Now.ToUnixTimeSeconds())),
        ];
        if (removed.Count == 0)
            return false;

        foreach (var revocation in removed)
            AuthorityStore.PutRemoved(batch, revocation);
        var revocations = _document.RevocationsToKeep().With(removed, Document.Id, _document.Secrets.Signing);
        _document.Change(batch, Document.Claims, revocations, leavers: [.. removed.Select(revocation => _store.Member(revocation.Sub)?.Attributes)]);
        audit?.Invoke();
        removed.ForEach(revocation => Audit.Removed(revocation.Sub, _store.Member(revocation.Sub), kind));
        return true;
    }
}

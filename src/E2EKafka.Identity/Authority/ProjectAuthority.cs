using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using E2EKafka.Cryptography;
using E2EKafka.Records;

namespace E2EKafka.Authority;

/// <summary>
/// What a project's authority decides and signs, over its vault and a clock, without Kafka. Whatever it signs is in the
/// vault before it is returned. Safe for many threads.
/// </summary>
internal sealed class ProjectAuthority : IDisposable
{
    private const string Collection = "authority";
    private const string SigningName = "signing";
    private const string SealingName = "sealing";
    private const string PreviousSealingName = "previous-sealing";
    private const string DocumentName = "document";
    private const string Tickets = "tickets";
    private const string Members = "members";

    public const int MaxTicketUses = 1_000_000;

    /// <summary>How long an expired ticket is remembered, so that its bearer is told what is wrong with it.</summary>
    private static readonly TimeSpan ExpiredTicketMemory = TimeSpan.FromDays(1);

    public static readonly TimeSpan MaxTicketLifetime = TimeSpan.FromDays(365);

    private readonly Lock _lock = new();
    private readonly IVaultStore _vault;
    private readonly TimeProvider _time;
    private readonly TimeSpan _credentialLifetime;
    private SigningKey _signing;
    private HpkePrivateKey _sealing;
    private HpkePrivateKey? _previousSealing;

    private ProjectAuthority(
        IVaultStore vault, TimeProvider time, TimeSpan credentialLifetime, SigningKey signing, HpkePrivateKey sealing, ProjectDocument document)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(credentialLifetime, TimeSpan.FromSeconds(1));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(credentialLifetime, Credential.MaxLifetime);
        _vault = vault;
        _time = time;
        _credentialLifetime = credentialLifetime;
        _signing = signing;
        _sealing = sealing;
        Document = document;
    }

    public ProjectDocument Document { get; private set; }

    private DateTimeOffset Now => _time.GetUtcNow();

    /// <summary>Whether a vault has an authority.</summary>
    public static bool Exists(IVaultStore vault)
    {
        var document = vault.Read(Collection, DocumentName);
        return document is not null;
    }

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

        var signing = SigningKey.Generate();
        var sealing = (kem ?? HpkeKem.Default).Generate();
        var document = ProjectDocument.Sign(
            ProjectDocument.FirstClaims(name, signing.Public, sealing.PublicKey, control, time.GetUtcNow(), isDevelopment), signing);
        var authority = new ProjectAuthority(vault, time, credentialLifetime, signing, sealing, document);
        var signingSecret = signing.Export();
        try
        {
            using var sealingSecret = sealing.Store();
            using var batch = new VaultBatch();
            vault.Write(batch
                .Put(Collection, SigningName, signingSecret)
                .Put(Collection, SealingName, sealingSecret.Span)
                .Put(Collection, DocumentName, Encoding.ASCII.GetBytes(document.Record)));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(signingSecret);
        }

        return authority;
    }

    /// <summary>Reads the authority that <see cref="Create"/> put into a vault.</summary>
    public static ProjectAuthority Open(IVaultStore vault, TimeProvider time, TimeSpan credentialLifetime)
    {
        var signing = vault.Read(Collection, SigningName);
        var sealing = vault.Read(Collection, SealingName);
        var record = vault.Read(Collection, DocumentName);
        try
        {
            if (signing is null || sealing is null || record is null ||
                Jws.TryParse(record) is not { } jws || ProjectDocument.TryVerify(jws, current: null) is not { } document)
            {
                throw new EndToEndKafkaException(FailureReason.VaultCorrupt,
                    "The vault has no whole authority: a key or the project document is missing or damaged. Restore it from a backup.");
            }

            if (document.AlgorithmProblem is { } problem)
                throw new EndToEndKafkaException(FailureReason.AlgorithmNotAvailable, problem);

            var authority = new ProjectAuthority(
                vault, time, credentialLifetime, SigningKey.Import(signing), RestoreSealingKey(sealing), document);
            if (authority._signing.Public.Thumbprint != document.AuthorityKey.Thumbprint ||
                !authority._sealing.PublicKey.Equals(document.AuthoritySealingKey))
            {
                throw new EndToEndKafkaException(FailureReason.VaultCorrupt,
                    "The vault's authority keys are not those of its project document. Restore the vault from a backup.");
            }

            if (vault.Read(Collection, PreviousSealingName) is { } previous)
            {
                authority._previousSealing = RestoreSealingKey(previous);
                CryptographicOperations.ZeroMemory(previous);
            }

            return authority;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(signing);
            CryptographicOperations.ZeroMemory(sealing);
        }
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

        var exp = (Now + lifetime).ToUnixTimeSeconds();
        var secret = RandomNumberGenerator.GetBytes(EnrollmentTicket.SecretSize);
        lock (_lock)
        {
            ForgetExpiredTickets();
            using var batch = new VaultBatch();
            Put(batch, Tickets, EnrollmentTicket.HashOf(secret),
                new TicketRecord(new Dictionary<string, string>(attributes), uses, exp, Used: 0), AuthorityJson.Default.TicketRecord);
            _vault.Write(batch);
        }

        return new EnrollmentTicket(new TicketClaims(Document.Id, Document.Authority, exp, secret));
    }

    /// <summary>Answers a request: a credential or a refusal to publish, or nothing where it is not a request at all.</summary>
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
            var member = Get(Members, request.Claims.Sub, AuthorityJson.Default.MemberRecord);
            var body = request.TryOpen(_sealing) ?? (_previousSealing is null ? null : request.TryOpen(_previousSealing));
            var (refusal, credential) = body switch
            {
                null => (FailureReason.RequestInvalid, null),
                _ when Document.RevocationOf(request.Claims.Sub) is not null => (FailureReason.Revoked, null),
                { Ticket: { } secret } => Enroll(request, member, EnrollmentTicket.HashOf(secret), now),
                { Change: { } change } when member is not null && member.Key != request.Key.Thumbprint => ChangeKey(request, member, change, now),
                _ => Renew(request, member, now),
            };

            if (credential is not null || mayRefuse?.Invoke() == false)
                return credential;

            return Jws.Sign(
                RecordTypes.Refusal,
                _signing,
                new RefusalClaims(Document.Authority, Document.Id, request.Claims.Sub, now.ToUnixTimeSeconds(), jws.Hash, refusal),
                RecordJson.Default.RefusalClaims);
        }
    }

    /// <summary>
    /// Takes over what this authority signed earlier and its vault does not know, because it was restored from a backup:
    /// newer documents, credentials and the ticket uses in them. To be called with the whole log before the first answer.
    /// </summary>
    public void Merge(Jws own)
    {
        lock (_lock)
        {
            var document = ProjectDocument.TryVerify(own, Document);
            if (document?.Version > Document.Version)
            {
                if (document.AuthorityKey.Thumbprint != _signing.Public.Thumbprint)
                {
                    throw new EndToEndKafkaException(FailureReason.VaultCorrupt,
                        "The authority's vault was restored from a backup that is older than its last key rotation, so it no longer has the authority's key. Restore a newer backup.");
                }

                Store(document);
                return;
            }

            if (document is not null && document.Version == Document.Version && document.Reference != Document.Reference)
            {
                throw new EndToEndKafkaException(FailureReason.VaultCorrupt,
                    $"There are two project documents of version {document.Version}: this authority's vault is in two places, or was restored while another copy went on. Stop the other one, and restore its vault here.");
            }

            if (Credential.TryVerify(own, Document) is not { } credential)
                return;

            var claims = credential.Claims;
            var known = Get(Members, claims.Sub, AuthorityJson.Default.MemberRecord);
            if (known is not null && Jws.TryParse(known.Credential) is { } stored &&
                Credential.TryVerify(stored, Document) is { } current && !credential.IsNewerThan(current))
                return;

            using var batch = new VaultBatch();
            Put(batch, Members, claims.Sub,
                new MemberRecord(claims.Ticket, claims.EnrolledAt, claims.Attributes, claims.Serial, credential.Key.Thumbprint, credential.Text),
                AuthorityJson.Default.MemberRecord);
            if (known is null && Get(Tickets, claims.Ticket, AuthorityJson.Default.TicketRecord) is { } ticket)
                Put(batch, Tickets, claims.Ticket, ticket with { Used = ticket.Used + 1 }, AuthorityJson.Default.TicketRecord);
            _vault.Write(batch);
        }
    }

    /// <summary>Puts another policy into force.</summary>
    /// <returns>The new document.</returns>
    public ProjectDocument SetPolicy(Policy policy) => Change(claims => claims with { Policy = policy });

    /// <summary>Removes a member. A removal as compromised replaces one as departed, never the other way round.</summary>
    /// <returns>The new document.</returns>
    public ProjectDocument Revoke(string member, RevocationKind kind)
    {
        if (!Base64UrlBytes.IsHash(member))
            throw new ArgumentException("A member's identifier has 43 characters of base64url.", nameof(member));

        var at = Now.ToUnixTimeSeconds();
        return Change(claims =>
        {
            if (claims.Revocations.FirstOrDefault(revocation => revocation.Sub == member) is { } known &&
                (known.Kind == RevocationKind.Compromised || kind == RevocationKind.Departed))
                return claims;

            return claims with
            {
                Revocations = [.. claims.Revocations.Where(revocation => revocation.Sub != member), new Revocation(member, kind, at)],
            };
        });
    }

    /// <summary>
    /// Replaces the authority's keys. The document proves the new signing key by the old one; what members sealed to the old sealing
    /// key in the meantime can still be opened until the next rotation.
    /// </summary>
    /// <returns>The new document.</returns>
    public ProjectDocument RotateKeys()
    {
        lock (_lock)
        {
            var now = Now;
            var signing = SigningKey.Generate();
            var sealing = Document.Kem!.Generate();
            var authority = Document.Claims.Authority;
            var document = ProjectDocument.Sign(
                Document.Claims with
                {
                    Version = Document.Version + 1,
                    Iat = now.ToUnixTimeSeconds(),
                    Authority = authority with
                    {
                        Sealing = sealing.PublicKey.Encoded.ToArray(),
                        Changes = [.. authority.Changes, KeyChange.Create(Document.Id, Document.Authority, _signing, signing.Public, now)],
                    },
                },
                signing);
            var signingSecret = signing.Export();
            using var sealingSecret = sealing.Store();
            using var previousSecret = _sealing.Store();
            using var batch = new VaultBatch();
            _vault.Write(batch
                .Put(Collection, SigningName, signingSecret)
                .Put(Collection, SealingName, sealingSecret.Span)
                .Put(Collection, PreviousSealingName, previousSecret.Span)
                .Put(Collection, DocumentName, Encoding.ASCII.GetBytes(document.Record)));
            CryptographicOperations.ZeroMemory(signingSecret);
            _signing.Dispose();
            _previousSealing?.Dispose();
            (_signing, _previousSealing, _sealing, Document) = (signing, _sealing, sealing, document);
            return document;
        }
    }

    /// <summary>Every member that ever enrolled, by identifier, with its attributes.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> ListMembers()
    {
        lock (_lock)
        {
            return _vault.List(Members).ToDictionary(
                pair => pair.Key,
                pair => Parse(pair.Value, AuthorityJson.Default.MemberRecord).Attributes);
        }
    }

    /// <summary>
    /// Every member's newest credential that readers may still need, lapsed and departed members' too: until it has expired, and the
    /// longest key retention and a day have passed.
    /// </summary>
    public IReadOnlyList<string> CredentialsToPublish()
    {
        lock (_lock)
        {
            var oldest = Now - TimeSpan.FromDays(1) - Document.LongestKeyRetention;
            return
            [
                .. _vault.List(Members).Values
                    .Select(value => Parse(value, AuthorityJson.Default.MemberRecord).Credential)
                    .Where(text => Jws.TryParse(text)?.ReadUnverified(RecordJson.Default.CredentialClaims) is { } claims &&
                        RecordClock.ToTime(claims.Exp) > oldest),
            ];
        }
    }

    public void Dispose()
    {
        _signing.Dispose();
        _sealing.Dispose();
        _previousSealing?.Dispose();
    }

    private static HpkePrivateKey RestoreSealingKey(ReadOnlySpan<byte> stored) =>
        HpkePrivateKey.TryRestore(stored) ?? throw new EndToEndKafkaException(FailureReason.VaultCorrupt,
            "The authority's vault has a sealing key that this release cannot read. Use the release that wrote it, or a later one.");

    private (FailureReason Refusal, string? Credential) Enroll(AuthorityRequest request, MemberRecord? member, string ticketHash, DateTimeOffset now)
    {
        // A member that enrolled with it before gets the same answer, as often as it asks and however late: its answer may have been lost.
        if (member?.Ticket == ticketHash)
            return Renew(request, member, now);
        if (Get(Tickets, ticketHash, AuthorityJson.Default.TicketRecord) is not { } ticket)
            return (FailureReason.TicketUnknown, null);
        if (now >= RecordClock.ToTime(ticket.Exp))
            return (FailureReason.TicketExpired, null);
        if (ticket.Used >= ticket.Uses)
            return (FailureReason.TicketUsedUp, null);

        // An identifier is the thumbprint of its first key: no member can enroll under the identifier of another.
        if (request.Claims.Sub != request.Key.Thumbprint || member is not null)
            return (FailureReason.RequestInvalid, null);

        using var batch = new VaultBatch();
        Put(batch, Tickets, ticketHash, ticket with { Used = ticket.Used + 1 }, AuthorityJson.Default.TicketRecord);
        return (default, Issue(batch, request, ticketHash, ticket.Attributes, now.ToUnixTimeSeconds(), serial: 1, now));
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
        return (default, Issue(batch, request, member.Ticket, member.Attributes, member.EnrolledAt, member.Serial + 1, now));
    }

    // The change must be signed by the key that is current, so it is accepted once: who comes later with another has forked off.
    private (FailureReason Refusal, string? Credential) ChangeKey(AuthorityRequest request, MemberRecord member, string change, DateTimeOffset now)
    {
        if (Jws.TryParse(member.Credential) is not { } jws || Credential.TryVerify(jws, Document) is not { } current ||
            KeyChange.TryVerify(change, Document.Id, request.Claims.Sub, current.Key) is not { } verified ||
            verified.Key.Thumbprint != request.Key.Thumbprint)
            return (FailureReason.RequestInvalid, null);

        using var batch = new VaultBatch();
        return (default, Issue(batch, request, member.Ticket, member.Attributes, member.EnrolledAt, member.Serial + 1, now));
    }

    private string Issue(
        VaultBatch batch, AuthorityRequest request, string ticket, IReadOnlyDictionary<string, string> attributes,
        long enrolledAt, long serial, DateTimeOffset now)
    {
        var claims = new CredentialClaims(
            Iss: Document.Authority,
            Aud: Document.Id,
            Sub: request.Claims.Sub,
            Iat: now.ToUnixTimeSeconds(),
            Exp: (now + _credentialLifetime).ToUnixTimeSeconds(),
            EnrolledAt: enrolledAt,
            Serial: serial,
            Cnf: new ConfirmationKey(request.Key.Jwk),
            Attributes: attributes,
            Document: Document.Reference,
            Ticket: ticket);
        var credential = Jws.Sign(RecordTypes.Credential, _signing, claims, RecordJson.Default.CredentialClaims);
        Put(batch, Members, claims.Sub,
            new MemberRecord(ticket, enrolledAt, attributes, serial, request.Key.Thumbprint, credential), AuthorityJson.Default.MemberRecord);
        _vault.Write(batch);
        return credential;
    }

    private ProjectDocument Change(Func<ProjectClaims, ProjectClaims> change)
    {
        lock (_lock)
        {
            var changed = change(Document.Claims);
            if (changed != Document.Claims)
                Store(ProjectDocument.Sign(changed with { Version = Document.Version + 1, Iat = Now.ToUnixTimeSeconds() }, _signing));
            return Document;
        }
    }

    private void Store(ProjectDocument document)
    {
        using var batch = new VaultBatch();
        _vault.Write(batch.Put(Collection, DocumentName, Encoding.ASCII.GetBytes(document.Record)));
        Document = document;
    }

    private void ForgetExpiredTickets()
    {
        var before = (Now - ExpiredTicketMemory).ToUnixTimeSeconds();
        using var batch = new VaultBatch();
        foreach (var (hash, bytes) in _vault.List(Tickets))
        {
            if (Parse(bytes, AuthorityJson.Default.TicketRecord).Exp < before)
                batch.Delete(Tickets, hash);
        }

        _vault.Write(batch);
    }

    private T? Get<T>(string collection, string name, JsonTypeInfo<T> json)
        where T : class =>
        _vault.Read(collection, name) is { } bytes ? Parse(bytes, json) : null;

    private static T Parse<T>(byte[] bytes, JsonTypeInfo<T> json)
        where T : class
    {
        try
        {
            if (JsonSerializer.Deserialize(bytes, json) is { } value)
                return value;
        }
        catch (JsonException)
        {
            // Falls through: the vault authenticates its values, so only another release can have written this.
        }

        throw new EndToEndKafkaException(FailureReason.VaultCorrupt,
            $"The authority's vault has a {typeof(T).Name} that this release cannot read. Use the release that wrote it, or a later one.");
    }

    private static void Put<T>(VaultBatch batch, string collection, string name, T value, JsonTypeInfo<T> json) =>
        batch.Put(collection, name, JsonSerializer.SerializeToUtf8Bytes(value, json));
}

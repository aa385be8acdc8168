using E2EKafka.Cryptography;
using E2EKafka.Records;

namespace E2EKafka.Authority;

/// <summary>Answers members' requests: issues, renews and refuses credentials. For one thread at a time.</summary>
internal sealed class CredentialIssuer(AuthorityStore store, AuthorityDocument document, TimeSpan credentialLifetime)
{
    /// <summary>Told of what it decided. Default: no audit.</summary>
    public IAuthorityAudit Audit { get; set; } = new NoAudit();

    /// <summary>How often one member may replace its identity key: each change ends sessions of every topic that it may consume.</summary>
    private static readonly TimeSpan KeyChangeInterval = TimeSpan.FromHours(1);

    /// <summary>
    /// Answers a request: a credential or a refusal to publish, or nothing where it is not a request at all. It may change the project
    /// document, too, which is then to be published after the answer.
    /// </summary>
    /// <param name="jws">The request.</param>
    /// <param name="mayRefuse">Asked before a refusal is signed: who may ask without end must not have it sign without end. Default: always.</param>
    /// <param name="now">The time.</param>
    public string? Answer(Jws jws, Func<bool>? mayRefuse, DateTimeOffset now)
    {
        if (AuthorityRequest.TryVerify(jws, document.Current.Id) is not { } request ||
            (now - RecordClock.ToTime(request.Claims.Iat)).Duration() > RecordClock.MaxDelay)
            return null;

        var member = store.Member(request.Claims.Sub);
        var body = document.Secrets.TryOpen(request);
        var (refusal, credential) = body switch
        {
            null => (FailureReason.RequestInvalid, null),
            _ when store.IsRemoved(request.Claims.Sub) || document.Current.RevocationOf(request.Claims.Sub) is not null => (FailureReason.Revoked, null),
            { Ticket: { } secret } => Enroll(request, member, EnrollmentTicket.HashOf(secret), now),
            { Change: { } change } when member is not null && member.Key != request.Key.Thumbprint => ChangeKey(request, member, change, now),
            _ => Renew(request, member, now),
        };

        if (credential is not null || refusal == FailureReason.NotReady || mayRefuse?.Invoke() == false)
            return credential;

        Audit.Refused(request.Claims.Sub, body?.Ticket is { } shown ? EnrollmentTicket.HashOf(shown) : member?.Ticket, refusal);
        return Jws.Sign(
            RecordTypes.Refusal,
            document.Secrets.Signing,
            new RefusalClaims(document.Current.Authority, document.Current.Id, request.Claims.Sub, now.ToUnixTimeSeconds(), jws.Hash, refusal),
            RecordJson.Default.RefusalClaims);
    }

    /// <summary>
    /// Gives a member other attributes, with a new credential for its current key. What it loses, a document rules out.
    /// </summary>
    /// <param name="identifier">The member's identifier.</param>
    /// <param name="attributes">All of its attributes from now on.</param>
    /// <param name="now">The time.</param>
    /// <exception cref="EndToEndKafkaException">There is no such member, it was removed, or the document has no room now.</exception>
    public void SetAttributes(string identifier, IReadOnlyDictionary<string, string> attributes, DateTimeOffset now)
    {
        if (Credential.ProblemOf(attributes) is { } problem)
            throw new ArgumentException(problem, nameof(attributes));
        if (store.IsRemoved(identifier))
            throw new EndToEndKafkaException(FailureReason.Revoked, $"Member {identifier} was removed from the project, for good.");
        if (store.Member(identifier) is not { } member || Jws.TryParse(member.Credential) is not { } jws ||
            Credential.TryVerify(jws, document.Current) is not { } current)
            throw new EndToEndKafkaException(FailureReason.NotEnrolled, $"No member {identifier} has ever enrolled.");
        if (attributes.Count == member.Attributes.Count && !attributes.Except(member.Attributes).Any())
            return;

        using var batch = new VaultBatch();
        var record = Issue(identifier, current.Key, current.Claims.Request, member with { Attributes = new Dictionary<string, string>(attributes) }, now);
        if (member.Attributes.All(attribute => attributes.GetValueOrDefault(attribute.Key) == attribute.Value))
        {
            AuthorityStore.Put(batch, identifier, record);
            store.Write(batch);
            document.Publish(record.Credential);
            Audit.AttributesChanged(identifier, member, record);
            return;
        }

        record = record.Supersede(member);
        AuthorityStore.Put(batch, identifier, record);
        if (!document.TryNarrow(batch, [KeyValuePair.Create(identifier, record)], before: [record.Credential]))
        {
            throw new EndToEndKafkaException(FailureReason.ProjectInvalid,
                $"The project document has no room for this change now: it lists {ProjectDocument.MaxNarrowings} members whose older credentials have not ended. Try again when the first of them has, within {credentialLifetime.TotalHours:0} h.");
        }

        Audit.AttributesChanged(identifier, member, record);
    }

    private (FailureReason Refusal, string? Credential) Enroll(AuthorityRequest request, MemberRecord? member, string ticketHash, DateTimeOffset now)
    {
        // A member that enrolled with it before gets the same answer, as often as it asks and however late: its answer may have been lost.
        if (member?.Ticket == ticketHash)
            return Renew(request, member, now);
        if (store.Ticket(ticketHash) is not { } ticket)
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
        var record = Issue(request.Claims.Sub, request.Key, request.Jws.Hash, new MemberRecord(ticketHash, now.ToUnixTimeSeconds(), ticket.Attributes, 0, "", "", 0), now);
        AuthorityStore.Put(batch, request.Claims.Sub, record);
        store.Write(batch);
        Audit.Enrolled(request.Claims.Sub, record);
        return (default, record.Credential);
    }

    private (FailureReason Refusal, string? Credential) Renew(AuthorityRequest request, MemberRecord? member, DateTimeOffset now)
    {
        if (member is null || member.Key != request.Key.Thumbprint)
            return (FailureReason.NotEnrolled, null);

        // The same answer to a question asked twice.
        if (Jws.TryParse(member.Credential) is { } jws && Credential.TryVerify(jws, document.Current) is { } current &&
            current.Claims.Document == document.Current.Reference &&
            now - current.IssuedAt < (current.ExpiresAt - current.IssuedAt) / 8)
            return (default, member.Credential);

        using var batch = new VaultBatch();
        var record = Issue(request.Claims.Sub, request.Key, request.Jws.Hash, member, now);
        AuthorityStore.Put(batch, request.Claims.Sub, record);
        store.Write(batch);
        return (default, record.Credential);
    }

    // The change must be signed by the key that is current, so it is accepted once: another copy of the vault that changes its key later is refused.
    private (FailureReason Refusal, string? Credential) ChangeKey(AuthorityRequest request, MemberRecord member, string change, DateTimeOffset now)
    {
        if (Jws.TryParse(member.Credential) is not { } jws || Credential.TryVerify(jws, document.Current) is not { } current ||
            KeyChange.TryVerify(change, document.Current.Id, request.Claims.Sub, current.Key) is not { } verified ||
            verified.Key.Thumbprint != request.Key.Thumbprint)
            return (FailureReason.RequestInvalid, null);

        // Not now. The member asks again.
        if (member.KeyChangedAt is { } last && now < RecordClock.ToTime(last) + KeyChangeInterval)
            return (FailureReason.NotReady, null);

        // The credential first: readers look for it when the document has ruled out the one before.
        using var batch = new VaultBatch();
        var record = Issue(request.Claims.Sub, request.Key, request.Jws.Hash, member with { KeyChangedAt = now.ToUnixTimeSeconds() }, now).Supersede(member);
        AuthorityStore.Put(batch, request.Claims.Sub, record);
        if (!document.TryNarrow(batch, [KeyValuePair.Create(request.Claims.Sub, record)]))
            return (FailureReason.NotReady, null);

        Audit.IdentityKeyReplaced(request.Claims.Sub, member, record);
        return (default, record.Credential);
    }

    private MemberRecord Issue(string sub, SigningPublicKey key, string request, MemberRecord member, DateTimeOffset now)
    {
        var serial = AuthorityDocument.Next(member.Serial, now);
        var exp = (now + credentialLifetime).ToUnixTimeSeconds();
        var claims = new CredentialClaims(
            Iss: document.Current.Authority,
            Aud: document.Current.Id,
            Sub: sub,
            Iat: now.ToUnixTimeSeconds(),
            Exp: exp,
            EnrolledAt: member.EnrolledAt,
            Serial: serial,
            Cnf: new ConfirmationKey(key.Jwk),
            Attributes: member.Attributes,
            Document: document.Current.Reference,
            Ticket: member.Ticket,
            Request: request);
        return member with
        {
            Serial = serial,
            LatestExp = Math.Max(exp, member.LatestExp),
            Key = key.Thumbprint,
            Credential = Jws.Sign(RecordTypes.Credential, document.Secrets.Signing, claims, RecordJson.Default.CredentialClaims),
        };
    }
}

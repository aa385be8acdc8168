using E2EKafka.Cryptography;
using E2EKafka.Diagnostics;
using E2EKafka.Membership;
using E2EKafka.Messages;
using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>Judges control records, one method for a type, and gives what is verified to the part that it concerns.</summary>
internal sealed class ControlRecordJudge(
    Member member, CredentialRenewal renewal, KeyPackages ownPackages, PackageDirectory packages, SessionStore store, KeyGranter granter,
    KeyRequester requester, OwnAnnouncements announcements, SessionPartitions sessionPartitions)
{
    /// <summary>
    /// Grants that no current key signed are opened at this rate, 100 a second: their commitment judges them, and opening one costs a key agreement.
    /// </summary>
    private readonly TokenBucket _strangers = new(member.Steady, capacity: 100, perHour: 360_000);

    /// <summary>Whether a partition was read to its end once.</summary>
    public required Func<ControlPartition, bool> HasRead { get; init; }

    /// <summary>Why this member has stopped, because a copy of it runs.</summary>
    public MemberFailure? Cloned { get; private set; }

    /// <summary>Judges a record, and takes it.</summary>
    public Judgement Judge(ControlRecord record, LooksSince looks)
    {
        if (record.HasBadTimestamp || (NeedsBrokersTime(record.Partition.Topic) && !record.IsStamped && !member.Directory.Project.IsDevelopment))
            return Judgement.Refused(RecordProblem.BadTimestamp);
        if (Jws.TryParse(record.Value.Span) is not { } jws)
            return Judgement.Refused(RecordProblem.Malformed);

        // What the newest document says of its members is not known yet.
        if (record.Partition.Topic != ControlTopicKind.Authority && member.Directory.LacksRevocations)
            return Judgement.Held;

        return (record.Partition.Topic, jws.Type) switch
        {
            (ControlTopicKind.Authority, RecordTypes.Project) => TakeDocument(jws),
            (ControlTopicKind.Authority, RecordTypes.Revocations) => TakeAndKeep(jws, Checkpoint.RevocationsOf(jws.Hash)),
            (ControlTopicKind.Authority, RecordTypes.KeyChange) => TakeAndKeep(jws, Checkpoint.KeyChangeOf(jws.Hash)),
            (ControlTopicKind.Authority, RecordTypes.Credential) => TakeCredential(jws),
            (ControlTopicKind.Authority, RecordTypes.Refusal) => Judgement.Refused(renewal.Receive(jws)),
            (ControlTopicKind.Members, RecordTypes.KeyPackage) => TakeKeyPackage(jws, record, looks),
            (ControlTopicKind.Sessions, RecordTypes.Announcement) => TakeAnnouncement(jws, record, looks),
            (ControlTopicKind.Grants, RecordTypes.Grant) => TakeGrant(jws, record, looks),
            (ControlTopicKind.Requests, RecordTypes.KeyRequest) => TakeKeyRequest(jws, record, looks),

            // For the authority alone, and for its writer's clock.
            (ControlTopicKind.Requests, RecordTypes.AuthorityRequest or RecordTypes.ClockProbe) => Judgement.Taken,
            _ => Judgement.Refused(RecordProblem.UnexpectedType),
        };
    }

    // What the authority signs is judged by versions, and a grant by the commitment of its session.
    private static bool NeedsBrokersTime(ControlTopicKind topic) => topic is ControlTopicKind.Members or ControlTopicKind.Sessions or ControlTopicKind.Requests;

    // One that is not in force yet, and one that contradicts another, stop this member. They do so after a restart, too.
    private Judgement TakeDocument(Jws jws)
    {
        var problem = member.Directory.Observe(jws);
        if (problem == RecordProblem.Conflict)
            member.Checkpoint.Keep(Checkpoint.ConflictingDocument, jws.Text);
        else if (problem == RecordProblem.None && member.Directory.LacksRevocations)
            member.Checkpoint.Keep(Checkpoint.WaitingDocument, jws.Text);
        return Judgement.Refused(problem);
    }

    private Judgement TakeAndKeep(Jws jws, string name)
    {
        // Before it is taken: it may put a document in force, which is written with it. A forged copy takes nothing away.
        var isNew = member.Checkpoint.TryKeep(name, jws.Text);
        var problem = member.Directory.Observe(jws);
        if (problem != RecordProblem.None && isNew)
            member.Checkpoint.Forget(name);
        return Judgement.Refused(problem);
    }

    private Judgement TakeCredential(Jws jws)
    {
        var problem = member.Directory.ObserveCredential(jws, out var kept);
        if (kept is not null)
        {
            var isInForce = jws.KeyId == member.Directory.Project.AuthorityKey.Thumbprint;
            member.Checkpoint.Keep(isInForce ? Checkpoint.CredentialOf(kept.Subject) : Checkpoint.NextCredentialOf(jws.KeyId, kept.Subject), kept.Text);
        }

        return Judgement.Refused(problem);
    }

    private Judgement TakeKeyPackage(Jws jws, in ControlRecord record, LooksSince looks)
    {
        if (Verify<KeyPackage>(jws, record, static _ => true, looks, out var refused) is not { } package)
            return refused;

        if (package.Member == member.Identifier)
        {
            if (ownPackages.Recall(package, record.Offset))
                member.Checkpoint.Keep(Checkpoint.PackageOf(package.Member), package.Record);
            return TakeOwn(jws, record, package.IssuedAt, looks);
        }

        var problem = packages.Observe(package);
        if (problem == RecordProblem.None)
        {
            member.Checkpoint.Keep(Checkpoint.PackageOf(package.Member), package.Record);
            granter.ReadersChanged();
        }

        return Judgement.Refused(problem);
    }

    private Judgement TakeAnnouncement(Jws jws, in ControlRecord record, LooksSince looks)
    {
        var partition = record.Partition;
        if (Verify<SessionAnnouncement>(jws, record, announcement => SessionsOf(announcement.Topic) == partition, looks, out var refused) is not { } announcement)
            return refused;

        var document = member.Directory.Project.Reference;
        if (announcement.Statements.Any(statement => statement.Core.Document.Version > document.Version) && !looks.Include(ControlPartition.Authority))
            return Judgement.After(ControlPartition.Authority);
        if (announcement.Statements.Select(statement => statement.Core.Document).Any(named =>
                named.Version > document.Version || (named.Version == document.Version && named.Hash != document.Hash)))
            return Judgement.Refused(RejectionReason.UnknownDocument.Problem());

        var issuedAt = RecordClock.ToTime(announcement.IssuedAt);
        var latest = issuedAt + RecordClock.MaxDelay;
        var credential = member.Directory.Newest(announcement.Sender)!;
        if (announcement.Statements.Any(statement => statement.Core.Ends > credential.Claims.Exp) && !looks.Include(ControlPartition.Authority))
            return Judgement.After(ControlPartition.Authority);
        if (announcement.Statements.Any(statement => statement.Begins > latest || statement.Core.Ends > credential.Claims.Exp))
            return Judgement.Refused(RejectionReason.BadTimes.Problem());

        if (announcement.Sender == member.Identifier && TakeOwn(jws, record, announcement.IssuedAt, looks) is var own && own != Judgement.Taken)
            return own;
        if (announcement.Sender == member.Identifier)
            announcements.Read(announcement, record.Offset);

        var announcedAt = record.Timestamp > issuedAt ? record.Timestamp.Value : issuedAt;
        var problem = RecordProblem.None;
        foreach (var statement in announcement.Statements.Where(statement => store.Find(SessionRef.Of(statement)) is null))
        {
            var session = new KnownSession(statement, announcedAt);
            if (store.Observe(session) is not RecordProblem.None and var refusal)
                problem = refusal;
            else
                requester.Expect(session);
        }

        return Judgement.Refused(problem);
    }

    private Judgement TakeGrant(Jws jws, in ControlRecord record, LooksSince looks)
    {
        if (RecordVerifier.Read<KeyGrant>(jws, member.Directory, out var reason) is not { } grant)
            return Judgement.Refused(reason!.Value.Problem());
        var partition = record.Partition;
        if (grant.Claims.Recipients.Any(recipient => ControlPartition.GrantsOf(member.Directory.Project.Control, recipient.Sub) != partition))
            return Judgement.Refused(RecordProblem.WrongPartition);

        var ours = grant.Claims.Recipients.Where(recipient => recipient.Sub == member.Identifier && ownPackages.KeyOf(recipient.Package) is not null).ToList();
        if (ours.Count == 0)
            return Judgement.Taken;

        // What a grant is for was announced before it was written.
        var stranger = RecordVerifier.ProblemOfSender(jws, grant, member.Directory);
        var unknown = ours.SelectMany(recipient => recipient.Sessions).Where(session => store.Find(SessionRef.Of(session)) is null);
        foreach (var announced in unknown.Select(session => SessionsOf(session.Topic)).Distinct())
        {
            var isRead = sessionPartitions.All.Contains(announced);
            if (stranger is null && !isRead)
                sessionPartitions.Granted(announced);
            if ((stranger is null || isRead) && !looks.Include(announced))
                return Judgement.After(announced);
        }

        if (stranger == RejectionReason.BadSignature)
            return Judgement.Refused(RecordProblem.BadSignature);

        // Recipients that want nothing take no budget. The others wait for it: a flood must not make us pass over a genuine grant.
        ours.RemoveAll(recipient => !recipient.Sessions.Any(IsWanted));
        if (stranger is not null && ours.Count > 0 && !_strangers.TryTake())
            return Judgement.Held;

        var problem = RecordProblem.None;
        foreach (var recipient in ours)
        {
            if (grant.TryOpen(recipient, ownPackages.KeyOf(recipient.Package)!) is not { } secrets)
            {
                problem = RecordProblem.CommitmentMismatch;
                continue;
            }

            foreach (var (name, secret) in recipient.Sessions.Zip(secrets))
            {
                using (secret)
                {
                    if (!IsWanted(name))
                        continue;
                    var groupKey = name.Group is null ? null : new GroupKey(name.Group, SecretBytes.CopyOf(secret.Span[KeyGrant.SecretSize..]));
                    if (store.TryHold(store.Find(SessionRef.Of(name))!, SecretBytes.CopyOf(secret.Span[..KeyGrant.SecretSize]), groupKey, grant.Sender))
                        requester.Received(SessionRef.Of(name));
                    else
                        problem = RecordProblem.CommitmentMismatch;
                }
            }
        }

        return Judgement.Refused(problem);

        // Without the key of our own reader group a session with macs is not held: it is asked for again, and never taken for a shared one.
        bool IsWanted(SessionName name) =>
            store.Find(SessionRef.Of(name)) is { } known && store.Lacks(known) && known.Statement.HashText == name.Statement &&
            name.Group == store.GroupOf(known.Statement) && (known.Statement.ReaderGroups is null || name.Group is not null);
    }

    private Judgement TakeKeyRequest(Jws jws, in ControlRecord record, LooksSince looks)
    {
        if (Verify<KeyRequest>(jws, record, static _ => true, looks, out var refused) is not { } request)
            return refused;
        if (request.Sender == member.Identifier)
            return TakeOwn(jws, record, request.IssuedAt, looks);
        if (packages.Of(request.Sender)?.Id != request.Claims.Package && !looks.Include(ControlPartition.Members))
            return Judgement.After(ControlPartition.Members);

        granter.Observe(request, record.Timestamp);
        return Judgement.Taken;
    }

    // The sender's credential was acknowledged before the record was written. So what is wrong with the sender is final after a look.
    private T? Verify<T>(Jws jws, in ControlRecord record, Func<T, bool> isInPlace, LooksSince looks, out Judgement refused)
        where T : class, IMemberRecord<T>
    {
        var verified = RecordVerifier.Verify(jws, member.Directory, record.Timestamp, isInPlace, out var reason);
        var hasLooked = looks.Include(ControlPartition.Authority);
        refused = reason switch
        {
            null => Judgement.Taken,
            RejectionReason.UnknownSender or RejectionReason.ReplacedKey or RejectionReason.ExpiredSender or RejectionReason.AlgorithmNotAllowed
                when !hasLooked => Judgement.After(ControlPartition.Authority),
            { } final => Judgement.Refused(final.Problem()),
        };
        return verified;
    }

    // A record that our current key signed since we started, and that we did not make, was made by a copy of us. A header that our
    // current key did not sign can be anyone's.
    private Judgement TakeOwn(Jws jws, in ControlRecord record, long issuedAt, LooksSince looks)
    {
        if (jws.KeyId != member.Identity.Key.Public.Thumbprint || !HasRead(record.Partition) || !member.IsByACopyOfUs(jws, issuedAt, record.Timestamp))
            return Judgement.Taken;

        // Our key may have been replaced since, at our own request. A record by a replaced key must not stop us.
        if (!looks.Include(ControlPartition.Authority))
            return Judgement.After(ControlPartition.Authority);

        Cloned = new MemberFailure(FailureReason.IdentityCloned,
            $"Another process signs as this member ({member.Identifier}): its vault was copied. Stop one of them; if you know of no other, remove this member as compromised and enroll again.");
        member.Log.IdentityCloned(member.Identifier);
        return Judgement.Refused(RecordProblem.Conflict);
    }

    private ControlPartition SessionsOf(string topic) => ControlPartition.SessionsOf(member.Directory.Project.Control, topic);
}

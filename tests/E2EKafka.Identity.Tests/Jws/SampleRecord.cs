using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>One valid record of a type, with who signed it and the reader that the library has for it.</summary>
/// <param name="Name">The record's type, and what is special about it.</param>
/// <param name="Text">The record.</param>
/// <param name="Signer">Who signed it.</param>
/// <param name="Accepts">Whether the library takes a record for one of this type.</param>
internal sealed record SampleRecord(string Name, string Text, SigningKey Signer, Func<Jws, bool> Accepts)
{
    /// <summary>Whether a text is a record of this type, with everything that a reader does to it.</summary>
    public bool IsAccepted(string text) => Jws.TryParse(text) is { } jws && Accepts(jws);

    public override string ToString() => Name;

    /// <summary>A record of every type that there is.</summary>
    public static IReadOnlyList<SampleRecord> AllOf(TestProject project)
    {
        var archive = project.Join();
        project.Authority.SetPolicy(new Policy
        {
            Produce = [new PolicyRule { Topics = ["orders", "pay*"], Attributes = new Dictionary<string, IReadOnlyList<string>> { ["role"] = ["shop", "till"] } }],
            Consume = [new PolicyRule { Topics = ["*"] }],
            Topics =
            [
                new TopicRequirements
                {
                    Topic = "orders",
                    Authentication = MessageAuthentication.Shared,
                    History = HistoryAccess.SinceEnrollment,
                    AllowBareTombstones = true,
                    PlaintextUntil = project.Now.AddDays(30),
                    KeyRetention = TimeSpan.FromDays(3),
                    ArchiveReaders = [archive.Identifier],
                },
                new TopicRequirements { Topic = "bills", Authentication = MessageAuthentication.Mac, ReaderGroups = TestSession.Groups, AllowOutdatedMacs = true },
            ],
        });
        project.Authority.Revoke(archive.Identifier, RevocationKind.Departed);

        var producer = project.Join(("role", "shop"), ("region", "eu"));
        var consumer = project.Join();
        var directory = project.DirectoryOf(producer, consumer);
        var sealing = HpkePrivateKey.TryRestore(project.Vault.Read("authority", "sealing"))!;
        var (document, now, stranger) = (project.Document, project.Now, SigningKey.Generate());
        var package = consumer.KeyPackage("orders", "pay*");
        var session = producer.Session("orders");
        var shared = producer.Session("orders", MessageAuthentication.Shared);
        var payments = producer.Session("payments");
        var macs = producer.Session("bills", MessageAuthentication.Mac);
        var underTwoKeys = SessionAnnouncement.Create([payments.Statement], producer.Key, stranger, now);
        var grant = KeyGrant.Create(
            document.Id, producer.Identifier, producer.Key,
            [KeyGrant.Seal([(session.Statement, session.Secret, null), (payments.Statement, payments.Secret, null), (macs.Statement, macs.Secret, macs.GroupKeys[0])], package, producer.Identifier)], now).Single();
        var request = KeyRequest.Create(
            document.Id, consumer.Identifier, package.Id, attempt: 1, [session.Statement, payments.Statement], consumer.Key, now);
        var enrollment = producer.Request(project.Ticket());
        var refusal = Jws.Sign(
            RecordTypes.Refusal, project.AuthorityKey,
            new RefusalClaims(document.Authority, document.Id, stranger.Public.Thumbprint, now.ToUnixTimeSeconds(), enrollment.Hash, FailureReason.TicketUsedUp),
            RecordJson.Default.RefusalClaims);

        var narrowed = ProjectDocument.Sign(document.Claims with { Narrowings = [new Narrowing(consumer.Identifier, 7)] }, project.AuthorityKey);
        var removals = RevocationRecord.Sign(document.Id, [.. document.Revocations], project.AuthorityKey);

        return
        [
            new("removals", removals.Text, project.AuthorityKey,
                jws => RevocationRecord.TryRead(jws, document.Id) is { } record && record.IsSignedBy(document.Id, document.AuthorityKey)),
            new("project document", narrowed.Record, project.AuthorityKey,
                jws => ProjectDocument.TryVerify(jws, current: null) is not null | ProjectDocument.TryVerify(jws, document) is not null),
            new("credential", producer.Credential.Text, project.AuthorityKey,
                jws => Credential.TryVerify(jws, document) is not null),
            new("refusal", refusal, project.AuthorityKey,
                jws => jws.ReadUnverified(RecordJson.Default.RefusalClaims) is not null && jws.Verify(RecordTypes.Refusal, document.Id, document.AuthorityKey)),
            new("authority request", enrollment.Text, producer.Key,
                jws => AuthorityRequest.TryVerify(jws, document.Id) is { } request && request.TryOpen(sealing) is not null),
            new("key change", KeyChange.Create(document.Id, producer.Identifier, producer.Key, stranger.Public, now), producer.Key,
                jws => KeyChange.TryVerify(jws.Text, document.Id, producer.Identifier, producer.Key.Public) is not null),
            new("key package", package.Record, consumer.Key, IsVerified<KeyPackage>),
            new("session", session.Announcement, producer.Key, IsVerified<SessionAnnouncement>),
            new("shared session", shared.Announcement, producer.Key, IsVerified<SessionAnnouncement>),
            new("session with macs", macs.Announcement, producer.Key, IsVerified<SessionAnnouncement>),
            new("session under two keys", underTwoKeys, producer.Key, IsVerified<SessionAnnouncement>),
            new("grant", grant, producer.Key, jws =>
            {
                var read = RecordVerifier.Read<KeyGrant>(jws, directory, out var reason);
                return IsReasoned(read is not null, reason) && RecordVerifier.ProblemOfSender(jws, read!, directory) is null && Opens(read!);
            }),
            new("key request", request, consumer.Key, IsVerified<KeyRequest>),
        ];

        bool IsVerified<T>(Jws jws)
            where T : class, IMemberRecord<T> => IsReasoned(RecordVerifier.Verify<T>(jws, directory, now, static _ => true, out var reason) is not null, reason);

        // What is refused has a reason, and what is accepted has none.
        static bool IsReasoned(bool isAccepted, RejectionReason? reason) => isAccepted == reason is null
            ? isAccepted
            : throw new InvalidOperationException($"{(isAccepted ? "Accepted" : "Refused")} with the reason '{reason}'.");

        bool Opens(KeyGrant read)
        {
            var secrets = read.TryOpen(read.Claims.Recipients[0], consumer.PackageKey);
            foreach (var secret in secrets ?? [])
                secret.Dispose();
            return secrets is not null;
        }
    }
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Confluent.Kafka;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests;

/// <summary>
/// Makes the payloads of the present sources, and the numbers of the worked example. The keys are hashes of their names, so that
/// no reader can suspect them to be chosen; signatures and sealed parts differ each time.
/// </summary>
internal sealed class FrozenPayloadWriter
{
    private const int ExampleSequence = 258;
    private const string Plaintext = "{\"order\":42}";

    private readonly DateTimeOffset _now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly StringBuilder _frozen = new();
    private readonly StringBuilder _example = new();

    /// <summary>The content of a file of frozen payloads.</summary>
    public string Payloads => _frozen.ToString();

    /// <summary>The content of the worked example's block.</summary>
    public string Example => _example.ToString();

    public void Write()
    {
        using var authorityKey = ScalarKeys.Signing(Fixed("authority"));
        using var authoritySealing = HpkeKem.P256.Import(Fixed("authority sealing"));
        var first = FirstDocument(authorityKey, authoritySealing);
        using var vault = new MemoryVault();
        using (var storedSealing = authoritySealing.Store())
        using (var batch = new VaultBatch())
        {
            vault.Write(batch
                .Put("authority", "signing", authorityKey.Export())
                .Put("authority", "sealing", storedSealing.Span)
                .Put("authority", "document", Encoding.ASCII.GetBytes(first.Record)));
        }

        using var authority = ProjectAuthority.Open(vault, new FixedTime(_now), TimeSpan.FromHours(48));
        using var producerKey = ScalarKeys.Signing(Fixed("producer"));
        using var consumerKey = ScalarKeys.Signing(Fixed("consumer"));
        using var removedKey = ScalarKeys.Signing(Fixed("removed"));
        var consumer = consumerKey.Public.Thumbprint;
        var second = authority.SetPolicy(PolicyOf(consumer));
        authority.TakeUnpublished();
        var project = authority.Revoke(removedKey.Public.Thumbprint, RevocationKind.Departed);

        Freeze("now", _now.ToUnixTimeSeconds().ToString("D", null));
        Freeze("project-json", first.ToJson().ReplaceLineEndings(""));
        Freeze("document-2", second.Record);
        Freeze("removals", authority.TakeUnpublished()[0]);
        Freeze("document-3", project.Record);
        Freeze("removed", removedKey.Public.Thumbprint);
        Freeze("authority-sealing-private-key", Fixed("authority sealing"));

        var ticket = authority.CreateTicket(new Dictionary<string, string> { ["role"] = "shop" }, uses: 1, TimeSpan.FromMinutes(10));
        var request = RequestOf(project, producerKey, ticket);
        var producerCredential = CredentialOf(authority.Answer(request)!, project);
        Freeze("ticket", ticket.Encode());
        Freeze("ticket-hash", EnrollmentTicket.HashOf(ticket.Secret));
        Freeze("request", request.Text);
        Freeze("refusal", authority.Answer(RequestOf(project, consumerKey, ticket))!);
        var secondTicket = authority.CreateTicket(new Dictionary<string, string> { ["role"] = "billing" }, uses: 1, TimeSpan.FromMinutes(10));
        var consumerCredential = CredentialOf(authority.Answer(RequestOf(project, consumerKey, secondTicket))!, project);
        using var nextKey = ScalarKeys.Signing(Fixed("producer's next"));
        var changeRequest = AuthorityRequest.CreateKeyChange(project, producerKey.Public.Thumbprint, producerKey, nextKey, _now);
        Freeze("change-request", changeRequest.Text);
        Freeze("document-4", authority.RotateKeys().Record);
        var rotation = authority.TakeUnpublished();
        Freeze("authority-key-change", rotation[0]);
        foreach (var record in rotation.Where(record => Jws.TryParse(record)!.Type == RecordTypes.Credential))
            Freeze(Jws.TryParse(record)!.ReadUnverified(RecordJson.Default.CredentialClaims)!.Sub == producerCredential.Subject ? "producer-credential-by-next-key" : "consumer-credential-by-next-key", record);
        Freeze("producer", producerKey.Public.Thumbprint);
        Freeze("producer-credential", producerCredential.Text);
        Freeze("consumer", consumer);
        Freeze("consumer-credential", consumerCredential.Text);

        using var packageKey = HpkeKem.P256.Import(Fixed("package"));
        var package = KeyPackage.Create(
            project.Id, consumer, packageKey.PublicKey, ["metrics.*", "orders"], isDurable: true, consumerKey, _now, TimeSpan.FromHours(24));
        Freeze("package-private-key", Fixed("package"));
        Freeze("key-package", package.Record);

        using var sessionKey = ScalarKeys.Signing(Fixed("session signing"));
        var statement = Session("", "orders", sessionKey, out var recipient, out var message);
        Session("shared-", "metrics.cpu", signingKey: null, out _, out _);
        Session("mac-", "bills", signingKey: null, out _, out _);
        Freeze("announcement-at-key-change", SessionAnnouncement.Create([statement], producerKey, nextKey, _now));
        Freeze("key-request", KeyRequest.Create(project.Id, consumer, package.Id, attempt: 1, [statement], consumerKey, _now));

        WriteExample(project, first, authorityKey, producerKey, sessionKey, consumer, packageKey, statement, recipient, message);

        SessionStatement Session(string prefix, string topic, SigningKey? signingKey, out GrantRecipient granted, out byte[] sent)
        {
            using var secret = SecretBytes.CopyOf(Fixed(prefix + "session secret"));
            var producer = producerKey.Public.Thumbprint;
            var requirements = project.Policy.RequirementsOf(topic);
            List<GroupKey> groupKeys =
                [.. (requirements.ReaderGroups?.Values ?? []).Select(group => new GroupKey(group, SecretBytes.CopyOf(Fixed($"{prefix}group key {group}"))))];
            var session = SessionKeys.State(
                secret,
                TestSession.CoreOf(project, topic, producer, signingKey?.Public, _now, _now.AddHours(1)) with
                {
                    Authentication = requirements.Authentication,
                    ReaderGroups = requirements.ReaderGroups,
                },
                groupKeys);
            granted = KeyGrant.Seal([(session, secret, groupKeys.FirstOrDefault())], package, producer);
            Freeze(prefix + "announcement", SessionAnnouncement.Create([session], producerKey, next: null, _now));
            Freeze(prefix + "grant", KeyGrant.Create(project.Id, producer, producerKey, [granted], _now).Single());

            var bound = new MessageContext(topic, MessageComponentType.Value, RecordKeyHash.Of("order-42"u8, isNull: false));
            using var sending = new OutboundSession(session, SessionKeys.TryDerive(secret, session)!, ProvingKeysOf(signingKey, groupKeys), SessionLimits.Default);
            sent = Send(sending, new MessageContext(topic));
            Freeze(prefix + "message", sent);
            if (signingKey is not null)
            {
                Freeze("plaintext", Plaintext);
                Freeze("tombstone", sending.TrySeal([], new MessageContext(topic) { IsTombstone = true }, _now.UtcTicks)!);
                while (SequenceOf(sent = Send(sending, bound)) < ExampleSequence)
                {
                }

                Freeze("record-key", "order-42"u8);
                Freeze("bound-message", sent);
            }

            return session;
        }
    }

    private static byte[] Fixed(string name) => SHA256.HashData(Encoding.ASCII.GetBytes("E2EKafka example: " + name));

    private static ProvingKeys ProvingKeysOf(SigningKey? key, List<GroupKey> groupKeys) =>
        key is not null ? ProvingKeys.Signature(SigningKey.Import(key.Export()))
        : groupKeys.Count > 0 ? ProvingKeys.Macs([.. groupKeys.Select(group => group.Key)])
        : ProvingKeys.Shared();

    private static Credential CredentialOf(string answer, ProjectDocument project) => Credential.TryVerify(Jws.TryParse(answer)!, project)!;

    private static uint SequenceOf(byte[] message) => MessageHeader.Read(message, out var header) is null ? header.Sequence : 0;

    private static Policy PolicyOf(string archiveReader) => new()
    {
        Produce =
        [
            new PolicyRule { Topics = ["orders", "bills", "metrics.*"], Attributes = new Dictionary<string, IReadOnlyList<string>> { ["role"] = ["shop", "web"] } },
        ],
        Consume = [new PolicyRule { Topics = ["*"] }],
        Topics =
        [
            new TopicRequirements
            {
                Topic = "metrics.*",
                Authentication = MessageAuthentication.Shared,
                History = HistoryAccess.SinceEnrollment,
                AllowBareTombstones = true,
                PlaintextUntil = new DateTimeOffset(2026, 2, 1, 3, 4, 5, TimeSpan.Zero),
                KeyRetention = TimeSpan.FromDays(1),
                ArchiveReaders = [archiveReader],
            },
            new TopicRequirements
            {
                Topic = "bills",
                Authentication = MessageAuthentication.Mac,
                ReaderGroups = new ReaderGroups { Attribute = "role", Values = ["billing", "audit"] },
            },
        ],
    };

    private ProjectDocument FirstDocument(SigningKey authority, HpkePrivateKey sealing)
    {
        var layout = new ControlTopicLayout(ControlTopicLayout.DefaultPrefix, ControlTopicLayout.DefaultPartitions);
        var salt = Fixed("project salt")[..16];
        byte[] input = [.. "E2EKafka/1 project\0"u8, .. Encoding.ASCII.GetBytes(authority.Public.Thumbprint), .. salt];
        return ProjectDocument.Sign(
            ProjectDocument.FirstClaims("example", authority.Public, sealing.PublicKey, layout, _now) with
            {
                Salt = salt,
                Aud = Base64Url.EncodeToString(SHA256.HashData(input)),
            },
            authority);
    }

    private Jws RequestOf(ProjectDocument project, SigningKey key, EnrollmentTicket ticket) =>
        AuthorityRequest.Create(project, key.Public.Thumbprint, key, ticket, _now);

    private byte[] Send(OutboundSession session, in MessageContext context) =>
        session.TrySeal(Encoding.ASCII.GetBytes(Plaintext), context, _now.UtcTicks)!;

    private void WriteExample(
        ProjectDocument project, ProjectDocument first, SigningKey authority, SigningKey producer, SigningKey session, string consumer,
        HpkePrivateKey package, SessionStatement statement, GrantRecipient grant, byte[] message)
    {
        Key("authority", authority);
        Say("project-salt", Hex(first.Claims.Salt));
        Say("project", project.Id);
        var ticketSecret = Fixed("ticket secret");
        Say("ticket-secret", Hex(ticketSecret));
        Say("ticket-hash", EnrollmentTicket.HashOf(ticketSecret));
        Key("producer", producer);
        var jwk = producer.Public.Jwk;
        Say("producer-thumbprint-input", $"{{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"{jwk.X}\",\"y\":\"{jwk.Y}\"}}");
        Say("topic", statement.Topic);
        Say("partitions", $"{project.Control.Partitions}");
        Say("sessions-partition", $"{project.Control.PartitionOf(statement.Topic)}");
        Key("session-signing", session);
        using var secret = SecretBytes.CopyOf(Fixed("session secret"));
        using var keys = SessionKeys.TryDerive(secret, statement)!;
        Say("session-secret", Hex(secret.Span));
        Say("session-prk", Hex(HKDF.Extract(HashAlgorithmName.SHA256, Fixed("session secret"), [])));
        Say("session-core", Encoding.ASCII.GetString(ExactJson.Write(statement.Core, RecordJson.Default.SessionCore)));
        Say("session-core-hash", Hex(SessionStatement.HashOf(statement.Core)));
        Say("session-commitment", Hex(statement.Claims.Commitment));
        Say("session-statement", Encoding.ASCII.GetString(statement.Encode()));
        Say("session-statement-hash", Hex(statement.Hash));
        Say("session-id", statement.Id.ToString());
        Say("session-key", Hex(keys.Key.Span));
        Say("session-iv", Hex(keys.Iv));
        Say("consumer", consumer);
        Say("grants-partition", $"{project.Control.PartitionOf(consumer)}");
        Say("package-private-key", Hex(Fixed("package")));
        Say("package-public-key", Hex(package.PublicKey.Encoded));
        Say("package", KeyPackage.IdOf(package.PublicKey));
        Say("grant-info", Hex(Encoding.ASCII.GetBytes($"E2EKafka/1 grant\0{project.Id}\0{statement.Producer}\0{consumer}\0{KeyPackage.IdOf(package.PublicKey)}")));
        Say("grant-additional-data", Hex(SHA256.HashData(statement.Hash)));
        Say("grant-sealed", Hex(grant.Sealed));
        Say("record-key", Hex("order-42"u8));
        var recordKeyHash = RecordKeyHash.Of("order-42"u8, isNull: false);
        Say("record-key-hash", Hex(recordKeyHash));
        Say("plaintext", Hex(Encoding.ASCII.GetBytes(Plaintext)));
        Say("sequence", $"{SequenceOf(message)}");
        Say("header", Hex(message.AsSpan(..54)));
        byte[] additionalData = [.. statement.Hash, 0, .. message[..54]];
        Say("additional-data", Hex(additionalData));
        var nonce = keys.Iv.ToArray();
        for (var i = 0; i < 4; i++)
            nonce[8 + i] ^= message[18 + i];
        Say("nonce", Hex(nonce));
        Say("message-without-signature", Hex(message.AsSpan(..^64)));
        Say("message-digest", Hex(SHA256.HashData([.. "E2EKafka/1 message\0"u8, .. additionalData, .. message[54..^64]])));
        Say("signature", Hex(message.AsSpan(^64..)));
    }

    private void Key(string name, SigningKey key)
    {
        Say($"{name}-private-key", Hex(Fixed(name.Replace('-', ' '))));
        Say($"{name}-public-key", Hex(key.Public.Encoded));
        Say($"{name}-thumbprint", key.Public.Thumbprint);
    }

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);

    private void Freeze(string name, string value) => _frozen.Append(name).Append(" = ").AppendLine(value);

    private void Freeze(string name, ReadOnlySpan<byte> value) => Freeze(name, Hex(value));

    private void Say(string name, string value) => _example.Append(name).Append(" = ").AppendLine(value);
}

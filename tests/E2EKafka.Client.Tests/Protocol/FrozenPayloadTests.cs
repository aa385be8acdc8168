using System.Text;
using Confluent.Kafka;

namespace E2EKafka.Client.Tests;

/// <summary>
/// What a release wrote, every later release reads: one of each record and message, from the release that is the file's name.
/// A file is never changed once its release is out. The present sources read what they write themselves, too, and leave it in
/// <c>Unreleased</c> in the test's output folder: a new release's file, and the numbers for <c>docs/protocol.md</c>.
/// </summary>
[TestFixtureSource(nameof(Releases))]
public sealed class FrozenPayloadTests(string release)
{
    private const string Unreleased = "Unreleased";

    private readonly NamedValues _frozen = release == Unreleased ? Write() : Read(release);

    public static IEnumerable<string> Releases =>
        Directory.GetFiles(Folder, "*.txt").Select(path => Path.GetFileNameWithoutExtension(path)!).Order(StringComparer.Ordinal).Append(Unreleased);

    private static string Folder => Path.Combine(AppContext.BaseDirectory, "Protocol", "Frozen");

    internal static NamedValues Read(string release) => NamedValues.OfFile(Path.Combine(Folder, release + ".txt"));

    [Test]
    public void The_project_file_and_later_documents_are_read()
    {
        var directory = Members();
        Assert.That(directory.Project.Version, Is.EqualTo(_frozen.Now.ToUnixTimeSeconds() + 3));
        Assert.That(directory.NewestCredentials, Has.Count.EqualTo(2), "signed again by the next key");
        Assert.That(directory.HasConflictingDocuments, Is.False);
        Assert.That(directory.IsOutdated, Is.False);

        var policy = directory.Project.Policy;
        Assert.That(policy.MayProduce("orders", new Dictionary<string, string> { ["role"] = "shop" }), Is.True);
        Assert.That(policy.MayProduce("orders", new Dictionary<string, string> { ["role"] = "other" }), Is.False);
        Assert.That(policy.MayConsume("orders", new Dictionary<string, string>()), Is.True);
        var metrics = policy.RequirementsOf("metrics.cpu");
        Assert.That(metrics.Authentication, Is.EqualTo(MessageAuthentication.Shared));
        Assert.That(metrics.History, Is.EqualTo(HistoryAccess.SinceEnrollment));
        Assert.That(metrics.AllowBareTombstones, Is.True);
        Assert.That(metrics.PlaintextUntil, Is.EqualTo(_frozen.Now.AddDays(30)));
        Assert.That(metrics.KeyRetention, Is.EqualTo(TimeSpan.FromDays(1)));
        Assert.That(metrics.ArchiveReaders, Is.EqualTo(new[] { _frozen["consumer"] }));
        Assert.That(policy.RequirementsOf("orders").KeyRetention, Is.EqualTo(TimeSpan.FromDays(7)));
        Assert.That(directory.Project.RevocationOf(_frozen["removed"])?.Kind, Is.EqualTo(RevocationKind.Departed));
    }

    [Test]
    public void The_ticket_is_read()
    {
        var ticket = EnrollmentTicket.Parse(_frozen["ticket"]);
        ticket.Check(Members().Project, _frozen.Now);
        Assert.That(EnrollmentTicket.HashOf(ticket.Secret), Is.EqualTo(_frozen["ticket-hash"]));
    }

    [Test]
    public void The_request_for_a_credential_is_read()
    {
        var request = AuthorityRequest.TryVerify(Record("request"), Members().Project.Id);
        Assert.That(request?.Claims.Sub, Is.EqualTo(_frozen["producer"]));

        using var sealing = HpkeKem.P256.Import(_frozen.Bytes("authority-sealing-private-key"));
        Assert.That(request!.TryOpen(sealing)?.Ticket, Is.EqualTo(EnrollmentTicket.Parse(_frozen["ticket"]).Secret));
    }

    [Test]
    public void The_request_to_change_a_key_is_read()
    {
        var project = Members().Project;
        var request = AuthorityRequest.TryVerify(Record("change-request"), project.Id);
        Assert.That(request?.Claims.Sub, Is.EqualTo(_frozen["producer"]));

        using var sealing = HpkeKem.P256.Import(_frozen.Bytes("authority-sealing-private-key"));
        var old = Credential.TryVerify(Record("producer-credential"), ProjectDocument.Parse(_frozen["project-json"]))!.Key;
        var change = KeyChange.TryVerify(request!.TryOpen(sealing)!.Change!, project.Id, request.Claims.Sub, old);
        Assert.That(change?.Key.Thumbprint, Is.EqualTo(request.Key.Thumbprint));
    }

    [Test]
    public void The_refusal_is_read()
    {
        var project = Members().Project;
        var refusal = Record("refusal");
        Assert.That(refusal.Verify(RecordTypes.Refusal, project.Id, ProjectDocument.Parse(_frozen["project-json"]).AuthorityKey), Is.True);
        Assert.That(refusal.ReadUnverified(RecordJson.Default.RefusalClaims)?.Reason, Is.EqualTo(FailureReason.TicketUsedUp));
    }

    [TestCase("producer", "shop")]
    [TestCase("consumer", "billing")]
    public void The_credential_is_read(string member, string role)
    {
        var credential = Credential.TryVerify(Record($"{member}-credential-by-next-key"), Members().Project);
        Assert.That(credential?.Subject, Is.EqualTo(_frozen[member]));
        Assert.That(credential!.IsValidAt(_frozen.Now), Is.True);
        Assert.That(credential.Attributes["role"], Is.EqualTo(role));
    }

    [Test]
    public void The_key_package_is_read()
    {
        var package = Verified<KeyPackage>("key-package");
        Assert.That(package.Accepts("orders", _frozen.Now) && package.Accepts("metrics.cpu", _frozen.Now), Is.True);
    }

    [Test]
    public void The_request_for_keys_is_read()
    {
        var request = Verified<KeyRequest>("key-request");
        Assert.That(request.Claims.Sessions, Is.EqualTo(new[] { SessionName.Of(Statement("announcement")) }));
        Assert.That(request.Claims.Package, Is.EqualTo(Verified<KeyPackage>("key-package").Id));
    }

    [Test]
    public void The_announcement_at_a_key_change_counts_under_either_key()
    {
        var record = Record("announcement-at-key-change");
        var next = SessionAnnouncement.Read(record)!.NextKey!;
        Assert.That(next.Thumbprint, Is.EqualTo(AuthorityRequest.TryVerify(Record("change-request"), Members().Project.Id)!.Key.Thumbprint));
        Assert.That(Verified<SessionAnnouncement>("announcement-at-key-change").Statements.Single().Id, Is.EqualTo(Statement("announcement").Id));
    }

    [TestCase("message", MessageProof.Signature)]
    [TestCase("bound-message", MessageProof.Signature)]
    [TestCase("tombstone", MessageProof.Signature)]
    [TestCase("shared-message", MessageProof.SharedKey)]
    [TestCase("mac-message", MessageProof.Mac)]
    public void The_message_is_opened_with_the_key_that_was_granted(string name, MessageProof proof)
    {
        var prefix = proof switch { MessageProof.Signature => "", MessageProof.Mac => "mac-", _ => "shared-" };
        var announcement = Statement(prefix + "announcement");
        Assert.That(Members().RefusalOf(announcement, _frozen.Now, _frozen["consumer"]), Is.Null);

        using var session = new InboundSession(announcement, Keys(announcement, prefix + "grant", out var groupKeys), VerifyingKeys.Of(announcement, groupKeys));
        var message = _frozen.Bytes(name);
        Assert.That(MessageHeader.Read(message, out var header), Is.Null);
        Assert.That(session.ProvenBy, Is.EqualTo(proof));

        var isTombstone = name == "tombstone";
        var recordKeyHash = name == "bound-message" ? RecordKeyHash.Of(_frozen.Bytes("record-key"), isNull: false) : [];
        var context = new MessageContext(announcement.Topic, MessageComponentType.Value, recordKeyHash) { IsTombstone = isTombstone };
        var plaintext = new byte[session.PlaintextSizeOf(header, message.Length)];
        Assert.That(session.Open(header, message, context, plaintext), Is.Null);
        Assert.That(Encoding.UTF8.GetString(plaintext), Is.EqualTo(isTombstone ? "" : _frozen["plaintext"]));
    }

    private static NamedValues Write()
    {
        var writer = new FrozenPayloadWriter();
        writer.Write();
        var folder = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "Protocol", Unreleased)).FullName;
        File.WriteAllText(Path.Combine(folder, "payloads.txt"), writer.Payloads);
        File.WriteAllText(Path.Combine(folder, "example.txt"), writer.Example);
        return NamedValues.OfFile(Path.Combine(folder, "payloads.txt"));
    }

    private Jws Record(string name) => Jws.TryParse(_frozen[name])!;

    private MemberDirectory Members()
    {
        var directory = new MemberDirectory(ProjectDocument.Parse(_frozen["project-json"]));
        string[] log =
        [
            "document-2", "removals", "document-3", "producer-credential", "consumer-credential", "authority-key-change",
            "producer-credential-by-next-key", "consumer-credential-by-next-key", "document-4",
        ];
        foreach (var name in log)
        {
            Assert.That(directory.Observe(Record(name)), Is.EqualTo(RecordProblem.None), name);
            if (name.StartsWith("document", StringComparison.Ordinal))
                Assert.That(directory.Project.Record, Is.EqualTo(_frozen[name]));
        }

        return directory;
    }

    private T Verified<T>(string name)
        where T : class, IMemberRecord<T>
    {
        var record = RecordVerifier.Verify<T>(Record(name), Members(), _frozen.Now, static _ => true, out var reason);
        Assert.That(reason, Is.Null);
        return record!;
    }

    private SessionStatement Statement(string name) => Verified<SessionAnnouncement>(name).Statements.Single();

    private SessionKeys Keys(SessionStatement statement, string grantName, out GroupKey[] groupKeys)
    {
        var group = statement.ReaderGroups?.Values[0];
        var grant = Verified<KeyGrant>(grantName);
        var recipient = grant.Claims.Recipients.Single();
        Assert.That(recipient.Sub, Is.EqualTo(_frozen["consumer"]));
        Assert.That(recipient.Sessions, Is.EqualTo(new[] { SessionName.Of(statement, group) }));

        using var package = HpkeKem.P256.Import(_frozen.Bytes("package-private-key"));
        using var opened = grant.TryOpen(recipient, package)!.Single();
        using var secret = SecretBytes.CopyOf(opened.Span[..KeyGrant.SecretSize]);
        groupKeys = group is null ? [] : [new GroupKey(group, SecretBytes.CopyOf(opened.Span[KeyGrant.SecretSize..]))];
        Assert.That(groupKeys.All(key => key.IsOf(statement)), Is.True);
        var keys = SessionKeys.TryDerive(secret, statement);
        Assert.That(keys, Is.Not.Null);
        return keys!;
    }
}

using System.Buffers.Text;
using System.Security.Cryptography;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>Grants of several sessions, in as many records as they take.</summary>
public sealed class GrantedSessionsTests : SessionRecordFixture
{
    private List<TestSession> _sessions = null!;
    private KeyPackage _package = null!;

    [SetUp]
    public void MakeSessions()
    {
        _sessions = [Producer.Session("orders"), Producer.Session("payments"), Producer.Session("orders", MessageAuthentication.Shared)];
        _package = Consumer.KeyPackage("orders", "payments");
    }

    [Test]
    public void One_encapsulation_carries_sessions_of_several_topics()
    {
        var grant = Granted(Sealed(_sessions));
        var recipient = grant.Claims.Recipients.Single();
        Assert.Multiple(() =>
        {
            Assert.That(recipient.Sessions, Is.EqualTo(_sessions.Select(session => SessionName.Of(session.Statement))));
            Assert.That(recipient.Sealed, Has.Length.EqualTo((3 * 32) + HpkeKem.Default.Overhead));
            Assert.That(Opened(grant, recipient), Is.EqualTo(_sessions.Select(session => Hex(session.Secret))));
        });
    }

    [Test]
    public void It_opens_only_under_the_names_in_their_order()
    {
        var grant = Granted(Sealed(_sessions));
        var recipient = grant.Claims.Recipients.Single();
        var names = recipient.Sessions;
        var other = SessionName.Of(Producer.Session("orders").Statement);
        Assert.That(Opened(grant, recipient with { Sessions = [.. names] }), Has.Length.EqualTo(3), "else the rest proves nothing");
        foreach (var (what, sessions) in ((string, SessionName[])[])
            [
                ("the first two swapped", [names[1], names[0], names[2]]), ("reversed", [names[2], names[1], names[0]]),
                ("the last two swapped", [names[0], names[2], names[1]]), ("one replaced", [names[0], names[1], other]),
                ("one removed", [names[0], names[1]]), ("another removed", [names[1], names[2]]), ("one added", [.. names, other]),
                ("one added in front", [other, .. names]), ("one twice", [.. names, names[0]]), ("none", []),
            ])
        {
            Assert.Multiple(() =>
            {
                Assert.That(Opened(grant, recipient with { Sessions = sessions }), Is.Null, what);

                // What its own sender signed so is refused, or opens nothing.
                var signed = ReadGrant(Sign(grant.Claims with { Recipients = [recipient with { Sessions = sessions }] }, Producer.Key), out var reason);
                Assert.That(signed is null || Opened(signed, signed.Claims.Recipients[0]) is null, what);
                Assert.That(reason, sessions.Length == 3 ? Is.Null : Is.EqualTo(RejectionReason.Malformed), what);
            });
        }
    }

    [Test]
    public void The_topic_of_a_name_tells_where_to_look_and_proves_nothing()
    {
        // The topic that counts is in the statement, whose hash is what is authenticated.
        var grant = Granted(Sealed(_sessions[..1]));
        var recipient = grant.Claims.Recipients.Single();
        Assert.That(Opened(grant, recipient with { Sessions = [recipient.Sessions[0] with { Topic = "payments" }] }), Is.EqualTo((string[])[Hex(_sessions[0].Secret)]));
    }

    [Test]
    public void A_false_secret_among_true_ones_is_found_by_its_commitment_alone()
    {
        using var wrong = SecretBytes.Random(KeyGrant.SecretSize);
        var grant = Granted(KeyGrant.Seal(
            [(_sessions[0].Statement, _sessions[0].Secret, null), (_sessions[1].Statement, wrong, null), (_sessions[2].Statement, _sessions[2].Secret, null)],
            _package, Mallory.Identifier), Mallory);
        var secrets = grant.TryOpen(grant.Claims.Recipients.Single(), Consumer.PackageKey)!;
        var found = secrets.Zip(_sessions, (secret, session) =>
        {
            using (secret)
            {
                using var keys = SessionKeys.TryDerive(secret, session.Statement);
                return keys is not null;
            }
        }).ToList();
        Assert.That(found, Is.EqualTo((bool[])[true, false, true]));
    }

    [Test]
    public void True_secrets_under_each_others_names_are_found_by_their_commitments()
    {
        var grant = Granted(KeyGrant.Seal([(_sessions[0].Statement, _sessions[1].Secret, null), (_sessions[1].Statement, _sessions[0].Secret, null)], _package, Producer.Identifier));
        foreach (var (secret, session) in grant.TryOpen(grant.Claims.Recipients.Single(), Consumer.PackageKey)!.Zip(_sessions))
        {
            using (secret)
                Assert.That(SessionKeys.TryDerive(secret, session.Statement), Is.Null);
        }
    }

    [Test]
    public void A_recipient_has_at_most_100_sessions()
    {
        var hundred = Recipient(HpkeKem.Default, 0, sessions: 100, topicLength: 6);
        var more = Recipient(HpkeKem.Default, 0, sessions: 101, topicLength: 6);
        Assert.Multiple(() =>
        {
            Assert.That(KeyGrant.Read(Sign(Claims(hundred), Producer.Key)), Is.Not.Null);
            Assert.That(KeyGrant.Read(Sign(Claims(more), Producer.Key)), Is.Null);
            Assert.That(
                () => KeyGrant.Seal([.. Enumerable.Repeat((_sessions[0].Statement, _sessions[0].Secret, (GroupKey?)null), 101)], _package, Producer.Identifier),
                Throws.TypeOf<ArgumentOutOfRangeException>());
        });
    }

    [Test]
    public void A_record_has_at_most_500_recipients()
    {
        var recipients = Enumerable.Range(0, 501).Select(i => Recipient(HpkeKem.P256, i, sessions: 1, topicLength: 1)).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(KeyGrant.Read(Sign(Claims(recipients[..500]), Producer.Key)), Is.Not.Null);
            Assert.That(KeyGrant.Read(Sign(Claims(recipients), Producer.Key)), Is.Null);
        });
    }

    [Test, Combinatorial]
    public void Grants_are_split_into_records_that_readers_take(
        [Values(KeyAlgorithms.MlKem768P256, KeyAlgorithms.P256)] string algorithm,
        [Values(1, 7, 100)] int sessions, [Values(1, 249)] int topicLength, [Values(0, 1, 600)] int count)
    {
        var kem = HpkeKem.Find(algorithm)!;
        using var project = new TestProject(kem: kem);
        var sender = project.Join();
        var directory = project.DirectoryOf(sender);
        var recipients = Enumerable.Range(0, count).Select(i => Recipient(kem, i, sessions, topicLength)).ToList();
        var records = KeyGrant.Create(project.Document.Id, sender.Identifier, sender.Key, recipients, project.Now).ToList();
        var grants = records.Select(record => RecordVerifier.Verify<KeyGrant>(TestProject.Parse(record), directory, project.Now, static _ => true, out _)!).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(grants, Has.None.Null);
            Assert.That(records.Select(record => record.Length), Is.All.LessThanOrEqualTo(Jws.MaxSize));
            Assert.That(
                grants.SelectMany(grant => grant.Claims.Recipients).Select(recipient => (recipient.Sub, recipient.Package, recipient.Sessions.Count)),
                Is.EqualTo(recipients.Select(recipient => (recipient.Sub, recipient.Package, recipient.Sessions.Count))));
            foreach (var (record, grant) in records.Zip(grants).SkipLast(1))
                Assert.That(grant.Claims.Recipients.Count == KeyGrant.MaxRecipients || record.Length > Jws.MaxSize * 3 / 5, "no record is split early");
        });
    }

    [TestCase(1, 122, null, 512)]
    [TestCase(1, 60, 8, 512)]
    [TestCase(2, 44, 6, 720)]
    public void A_record_takes_recipients_of_180_KB_together_and_not_one_more(int sessions, int topicLength, int? groupLength, int size)
    {
        // By the estimate: 160, for each session 80, its topic, and 11 and its group's name, and four thirds of what is sealed.
        var sealedLength = HpkeKem.P256.Overhead + (sessions * (groupLength is null ? 32 : 64));
        Assert.That(160 + (sessions * (80 + topicLength + (groupLength is { } length ? 11 + length : 0))) + (sealedLength * 4 / 3), Is.EqualTo(size));
        var fitting = 180 * 1024 / size;
        var group = groupLength is { } characters ? new string('g', characters) : null;
        var recipients = Enumerable.Range(0, (2 * fitting) + 1).Select(i => Recipient(HpkeKem.P256, i, sessions, topicLength)).Select(recipient => recipient with
        {
            Sessions = [.. recipient.Sessions.Select(session => session with { Group = group })],
            Sealed = new byte[sealedLength],
        });
        var records = KeyGrant.Create(Project.Document.Id, Producer.Identifier, Producer.Key, recipients, Project.Now).Select(TestProject.Parse);
        Assert.That(records.Select(record => KeyGrant.Read(record)?.Claims.Recipients.Count), Is.EqualTo((int?[])[fitting, fitting, 1]));
    }

    [Test]
    public void A_recipient_that_is_too_large_by_itself_is_alone_in_its_record_and_none_is_empty()
    {
        var large = Recipient(HpkeKem.P256, 0, sessions: 600, topicLength: 249);
        var small = Recipient(HpkeKem.P256, 1, sessions: 1, topicLength: 1);
        var records = KeyGrant.Create(Project.Document.Id, Producer.Identifier, Producer.Key, [large, small], Project.Now).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(records, Has.Count.EqualTo(2));
            Assert.That(KeyGrant.Read(TestProject.Parse(records[1]))!.Claims.Recipients.Single().Sub, Is.EqualTo(small.Sub));
            Assert.That(KeyGrant.Create(Project.Document.Id, Producer.Identifier, Producer.Key, [], Project.Now), Is.Empty);
        });
    }

    [Test]
    public void A_recipient_of_more_sessions_than_fit_into_one_part_gets_its_parts_in_several_records()
    {
        var (one, other) = (Recipient(HpkeKem.Default, 0, sessions: 100, topicLength: 6), Recipient(HpkeKem.Default, 1, sessions: 100, topicLength: 6));
        var more = one with { Sessions = [new SessionName("orders", HashOf(100_000))], Sealed = new byte[32 + HpkeKem.Default.Overhead] };
        var records = KeyGrant.Create(Project.Document.Id, Producer.Identifier, Producer.Key, [one, other, more], Project.Now).Select(TestProject.Parse).ToList();
        var grants = records.Select(KeyGrant.Read).ToList();
        Assert.That(grants, Has.None.Null, "readers refuse a record that has one recipient twice");
        Assert.That(grants.Select(grant => grant!.Claims.Recipients.Sum(recipient => recipient.Sessions.Count)), Is.EqualTo((int[])[200, 1]));
    }

    private static string HashOf(int number) => Base64Url.EncodeToString(SHA256.HashData(BitConverter.GetBytes(number)));

    private static string Hex(SecretBytes secret) => Convert.ToHexString(secret.Span);

    /// <summary>What has the form of something sealed; it opens for no one.</summary>
    private static GrantRecipient Recipient(HpkeKem kem, int number, int sessions, int topicLength) => new(
        HashOf(number), HashOf(number + 1),
        [.. Enumerable.Range(0, sessions).Select(i => new SessionName(new string('a', topicLength), HashOf(i)))],
        new byte[(sessions * KeyGrant.SecretSize) + kem.Overhead]);

    private GrantClaims Claims(params IReadOnlyList<GrantRecipient> recipients) => new(Project.Document.Id, Producer.Identifier, Now, recipients);

    private GrantRecipient Sealed(IReadOnlyList<TestSession> sessions) =>
        KeyGrant.Seal([.. sessions.Select(session => (session.Statement, session.Secret, (GroupKey?)null))], _package, Producer.Identifier);

    private KeyGrant Granted(GrantRecipient recipient, TestMember? sender = null)
    {
        sender ??= Producer;
        var record = KeyGrant.Create(Project.Document.Id, sender.Identifier, sender.Key, [recipient], Project.Now).Single();
        return ReadGrant(TestProject.Parse(record), out var reason) ?? throw new InvalidOperationException($"The grant is refused: {reason}.");
    }

    private string[]? Opened(KeyGrant grant, GrantRecipient recipient)
    {
        var secrets = grant.TryOpen(recipient, Consumer.PackageKey);
        string[]? texts = secrets is null ? null : [.. secrets.Select(Hex)];
        foreach (var secret in secrets ?? [])
            secret.Dispose();
        return texts;
    }
}

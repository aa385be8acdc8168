using System.Text;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>Rule 14: an announcement that the key which is to replace the sender's key has signed too.</summary>
public sealed class NextKeySignatureTests : SessionRecordFixture
{
    private SigningKey _next = null!;
    private SigningKey _third = null!;
    private Jws _record = null!;
    private AnnouncementClaims _claims = null!;

    [SetUp]
    public void MakeAnnouncement()
    {
        _next = SigningKey.Generate();
        _third = SigningKey.Generate();
        _record = TestProject.Parse(SessionAnnouncement.Create([Producer.Session("orders").Statement], Producer.Key, _next, Project.Now));
        _claims = _record.ReadUnverified(RecordJson.Default.AnnouncementClaims)!;
    }

    [TearDown]
    public void DisposeKeys()
    {
        _next.Dispose();
        _third.Dispose();
    }

    [Test]
    public void It_counts_while_either_key_is_the_newest()
    {
        Assert.Multiple(() =>
        {
            Assert.That(ReasonUnder(Producer.Key), Is.Null, "before the change");
            Assert.That(ReasonUnder(_next), Is.Null, "after the change");
            Assert.That(ReasonUnder(_third), Is.EqualTo(RejectionReason.ReplacedKey), "after the change after that");
            Assert.That(ReasonUnder(_next, ended: true), Is.EqualTo(RejectionReason.ExpiredSender));
            Assert.That(ReasonIn(new MemberDirectory(Project.Document), _record), Is.EqualTo(RejectionReason.UnknownSender));
        });
    }

    [Test]
    public void The_next_key_signs_a_label_and_the_payload_without_its_own_signature()
    {
        var payload = RawJws.PayloadOf(_record.Text);
        var next = payload.IndexOf(",\"next\":", StringComparison.Ordinal);
        Assert.Multiple(() =>
        {
            Assert.That(payload[next..], Does.StartWith($",\"next\":{{\"key\":{{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"{_next.Public.Jwk.X}\"").And.EndsWith("\"}}"));
            Assert.That(_next.Public.Verify(Encoding.ASCII.GetBytes($"E2EKafka/1 next key\0{payload[..next]}}}"), _claims.Next!.Signature));
        });
    }

    [Test]
    public void A_next_signature_that_is_altered_in_any_byte_or_of_any_other_size_refuses_the_record()
    {
        var signature = _claims.Next!.Signature;
        Assert.Multiple(() =>
        {
            for (var i = 0; i < signature.Length; i++)
            {
                byte[] altered = [.. signature];
                altered[i] ^= 0x10;
                AssertMalformed(_claims.Next with { Signature = altered }, $"byte {i}");
            }

            foreach (var size in (int[])[0, 1, 63])
                AssertMalformed(_claims.Next with { Signature = signature[..size] }, $"{size} bytes");
            AssertMalformed(_claims.Next with { Signature = [.. signature, 0] }, "65 bytes");
            AssertMalformed(_claims.Next with { Signature = new byte[64] }, "zeros");
        });
    }

    [Test]
    public void A_next_signature_by_another_key_or_over_another_text_refuses_the_record()
    {
        var key = _next.Public.Jwk;
        var signed = ExactJson.Write(_claims with { Next = null }, RecordJson.Default.AnnouncementClaims);
        Assert.Multiple(() =>
        {
            AssertAccepted(new NextKeySignature(key, _next.Sign([.. "E2EKafka/1 next key\0"u8, .. signed])));
            AssertMalformed(new NextKeySignature(key, _third.Sign([.. "E2EKafka/1 next key\0"u8, .. signed])), "signed by another key");
            AssertMalformed(_claims.Next! with { Key = _third.Public.Jwk }, "in the name of another key");
            AssertMalformed(new NextKeySignature(key, _next.Sign(signed)), "without the label");
            AssertMalformed(new NextKeySignature(key, _next.Sign([.. "E2EKafka/1 next key"u8, .. signed])), "without the zero");
            AssertMalformed(new NextKeySignature(key, _next.Sign([.. "E2EKafka/1 next key\0"u8, .. Encoding.ASCII.GetBytes(RawJws.PayloadOf(_record.Text))])), "over the whole payload");
            AssertMalformed(new NextKeySignature(key, _next.Sign(Encoding.ASCII.GetBytes(_record.Text[.._record.Text.LastIndexOf('.')]))), "as a JWS");
            AssertMalformed(_claims.Next with { Key = key with { Y = key.X } }, "a key off the curve");
            AssertMalformed(_claims.Next with { Key = key with { Crv = "P-384" } }, "a key of another curve");
        });
    }

    [Test]
    public void A_next_signature_does_not_carry_over_to_another_payload()
    {
        var other = Producer.Session("orders").Statement.Claims;
        Assert.Multiple(() =>
        {
            foreach (var changed in (AnnouncementClaims[])[_claims with { Iat = Now + 1 }, _claims with { Statements = [other] }, _claims with { Statements = [.. _claims.Statements, other] }])
            {
                var record = Signed(changed);
                Assert.That(ReasonIn(Directory, record), Is.EqualTo(RejectionReason.Malformed));
                Assert.That(ReasonIn(DirectoryWith(_next), record), Is.EqualTo(RejectionReason.Malformed));
            }
        });
    }

    [TestCase("key")]
    [TestCase("signature")]
    public void Key_and_signature_come_together(string missing)
    {
        var payload = System.Text.Json.Nodes.JsonNode.Parse(RawJws.PayloadOf(_record.Text))!;
        payload["next"]!.AsObject().Remove(missing);
        var record = TestProject.Parse(RawJws.Sign(RawJws.Header(RecordTypes.Announcement, Producer.Key), payload.ToJsonString(), Producer.Key));
        Assert.Multiple(() =>
        {
            Assert.That(ReasonIn(Directory, record), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(ReasonIn(DirectoryWith(_next), record), Is.EqualTo(RejectionReason.Malformed));
        });
    }

    [Test]
    public void Without_it_the_old_key_alone_counts()
    {
        var record = Signed(_claims with { Next = null });
        Assert.Multiple(() =>
        {
            Assert.That(ReasonIn(Directory, record), Is.Null);
            Assert.That(ReasonIn(DirectoryWith(_next), record), Is.EqualTo(RejectionReason.ReplacedKey));
        });
    }

    [Test]
    public void A_replaced_key_cannot_name_the_newest_key_as_its_next()
    {
        // Who has stolen the old key has no signature of the next one over anything else.
        var stolen = Producer.Session("orders").Statement.Claims;
        var claims = _claims with { Statements = [stolen], Next = null };
        var signature = Producer.Key.Sign([.. "E2EKafka/1 next key\0"u8, .. ExactJson.Write(claims, RecordJson.Default.AnnouncementClaims)]);
        var record = Signed(claims with { Next = new NextKeySignature(_next.Public.Jwk, signature) });
        Assert.That(ReasonIn(DirectoryWith(_next), record), Is.EqualTo(RejectionReason.Malformed));
    }

    [Test]
    public void A_record_that_names_the_newest_key_as_its_own_is_verified_by_it_though_that_is_its_next_key_too()
    {
        var payload = RawJws.PayloadOf(_record.Text);
        var forged = TestProject.Parse(RawJws.Sign(RawJws.Header(RecordTypes.Announcement, _next), payload, _third));
        var signed = TestProject.Parse(RawJws.Sign(RawJws.Header(RecordTypes.Announcement, _next), payload, _next));
        Assert.Multiple(() =>
        {
            Assert.That(ReasonIn(DirectoryWith(_next), forged), Is.EqualTo(RejectionReason.BadSignature));
            Assert.That(ReasonIn(DirectoryWith(_next), signed), Is.Null);
        });
    }

    [Test]
    public void Under_the_next_key_the_first_signature_counts_for_nothing_so_a_copy_can_have_another()
    {
        // Anyone can make the copy. It says the same, and its hash proves nothing about who made it.
        var copy = TestProject.Parse(RawJws.Sign(RawJws.Header(RecordTypes.Announcement, _third), RawJws.PayloadOf(_record.Text), _third));
        Assert.Multiple(() =>
        {
            Assert.That(copy.Hash, Is.Not.EqualTo(_record.Hash));
            Assert.That(ReasonIn(DirectoryWith(_next), copy), Is.Null);
            Assert.That(ReasonIn(Directory, copy), Is.EqualTo(RejectionReason.ReplacedKey), "before the change");
        });
    }

    [Test]
    public void Only_an_announcement_has_a_second_signature()
    {
        var next = RawJws.PayloadOf(_record.Text)[RawJws.PayloadOf(_record.Text).IndexOf(",\"next\":", StringComparison.Ordinal)..];
        var package = With(Producer.KeyPackage("orders").Record);
        var request = With(KeyRequest.Create(
            Project.Document.Id, Producer.Identifier, Project.Document.Id, 1, [Producer.Session("orders").Statement], Producer.Key, Project.Now));
        var grant = With(Producer.Grant(Producer.Session("orders"), Consumer.KeyPackage("orders")).Text);
        Assert.Multiple(() =>
        {
            Assert.That(ReasonFor<KeyPackage>(package), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(ReasonFor<KeyRequest>(request), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(ReasonFor<KeyGrant>(grant), Is.EqualTo(RejectionReason.Malformed));
        });

        Jws With(string record) => TestProject.Parse(RawJws.Sign(RawJws.HeaderOf(record), RawJws.PayloadOf(record)[..^1] + next, Producer.Key));
    }

    private void AssertAccepted(NextKeySignature next)
    {
        Assert.That(ReasonIn(Directory, Signed(_claims with { Next = next })), Is.Null);
        Assert.That(ReasonIn(DirectoryWith(_next), Signed(_claims with { Next = next })), Is.Null);
    }

    private void AssertMalformed(NextKeySignature next, string what)
    {
        var record = Signed(_claims with { Next = next });
        Assert.That(ReasonIn(Directory, record), Is.EqualTo(RejectionReason.Malformed), what);
        Assert.That(ReasonIn(DirectoryWith(_next), record), Is.EqualTo(RejectionReason.Malformed), what);
    }

    private Jws Signed(AnnouncementClaims claims) => RawJws.Sign(RecordTypes.Announcement, claims, RecordJson.Default.AnnouncementClaims, Producer.Key);

    private RejectionReason? ReasonUnder(SigningKey newest, bool ended = false) => ReasonIn(DirectoryWith(newest, ended), _record);

    private RejectionReason? ReasonIn(MemberDirectory directory, Jws record)
    {
        var read = RecordVerifier.Verify<SessionAnnouncement>(record, directory, Project.Now, static _ => true, out var reason);
        Assert.That(read is null, Is.EqualTo(reason is not null));
        return reason;
    }

    /// <summary>A directory in which the producer's newest credential is for a key.</summary>
    private MemberDirectory DirectoryWith(SigningKey newest, bool ended = false)
    {
        var directory = Project.DirectoryOf(Producer);
        directory.Observe(Project.Reissue(Producer, claims => claims with
        {
            Serial = claims.Serial + 1,
            Iat = Now - 60,
            EnrolledAt = Now - 60,
            Exp = ended ? Now : claims.Exp,
            Cnf = new ConfirmationKey(newest.Public.Jwk),
        }));
        return directory;
    }
}

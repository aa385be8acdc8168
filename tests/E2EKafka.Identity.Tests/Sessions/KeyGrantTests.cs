using System.Buffers.Text;
using System.Security.Cryptography;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

public sealed class KeyGrantTests : SessionRecordFixture
{
    private TestSession _session = null!;
    private KeyPackage _package = null!;

    [SetUp]
    public void MakeSession()
    {
        _session = Producer.Session("orders");
        _package = Consumer.KeyPackage("orders");
    }

    [Test]
    public void Each_recipient_opens_the_announced_secret_with_its_own_key()
    {
        var other = Mallory.KeyPackage("orders");
        var grant = Read(Producer.Grant(_session, _package, other))!;
        using var forConsumer = grant.TryOpen(Consumer.Identifier, _package.Id, Consumer.PackageKey);
        using var forMallory = grant.TryOpen(Mallory.Identifier, other.Id, Mallory.PackageKey);
        Assert.Multiple(() =>
        {
            Assert.That(grant.Session, Is.EqualTo(_session.Keys.Id));
            Assert.That(grant.Claims.Announcement, Is.EqualTo(_session.Announcement.Hash));
            Assert.That(forConsumer!.Span.ToArray(), Is.EqualTo(_session.Secret.Span.ToArray()));
            Assert.That(forMallory!.Span.ToArray(), Is.EqualTo(_session.Secret.Span.ToArray()));
        });
    }

    [Test]
    public void Nobody_else_opens_it()
    {
        using var another = HpkeKem.Default.Generate();
        var grant = Read(Producer.Grant(_session, _package))!;
        Assert.Multiple(() =>
        {
            Assert.That(Opens(grant, Consumer.Identifier, _package.Id, Consumer.PackageKey), "else the rest proves nothing");
            Assert.That(Opens(grant, Mallory.Identifier, Mallory.KeyPackage("orders").Id, Mallory.PackageKey), Is.False);
            Assert.That(Opens(grant, Consumer.Identifier, _package.Id, Mallory.PackageKey), Is.False);
            Assert.That(Opens(grant, Consumer.Identifier, _package.Id, another), Is.False);
            Assert.That(Opens(grant, Consumer.Identifier, "other", Consumer.PackageKey), Is.False);
        });
    }

    [Test]
    public void Another_holder_may_grant_what_it_holds()
    {
        var grant = Read(Mallory.Grant(_session, _package))!;
        using var secret = grant.TryOpen(Consumer.Identifier, _package.Id, Consumer.PackageKey)!;
        using var keys = SessionKeys.Derive(secret, _session.Announcement.Statement);
        Assert.That(keys.Match(_session.Announcement));
    }

    [Test]
    public void A_false_secret_opens_and_does_not_match_the_commitment()
    {
        var another = Mallory.Session("orders");
        var grant = Read(TestProject.Parse(KeyGrant.Create(
            another.Secret, _session.Announcement, [_package], Mallory.Identifier, Mallory.Key, Mallory.Credential, Project.Now)))!;
        using var secret = grant.TryOpen(Consumer.Identifier, _package.Id, Consumer.PackageKey)!;
        using var keys = SessionKeys.Derive(secret, _session.Announcement.Statement);
        Assert.That(keys.Match(_session.Announcement), Is.False);
    }

    [Test]
    public void What_is_sealed_opens_only_under_the_names_it_was_sealed_with()
    {
        using var otherProject = new TestProject();
        var otherSession = Producer.Session("orders");
        var claims = Producer.Grant(_session, _package).ReadUnverified(RecordJson.Default.GrantClaims)!;
        var recipient = claims.Recipients[0];
        var asMallory = claims with { Sub = Mallory.Identifier, Credential = Mallory.Credential.Text };
        Assert.Multiple(() =>
        {
            Assert.That(OpensAs(claims, Producer), "else the rest proves nothing");
            Assert.That(OpensAs(asMallory, Mallory), Is.False, "another sender");
            Assert.That(OpensAs(claims with { Session = otherSession.Keys.Id.ToArray() }, Producer), Is.False, "another session");
            Assert.That(OpensAs(claims with { Recipients = [recipient with { Package = Mallory.Identifier }] }, Producer, package: Mallory.Identifier), Is.False, "another package");

            // Two members with one sealing key: one copied the other's package.
            Assert.That(OpensAs(claims with { Recipients = [recipient with { Sub = Mallory.Identifier }] }, Producer, member: Mallory.Identifier), Is.False, "another recipient");
        });

        // One identity that is in two projects carries a grant across.
        var enrollment = AuthorityRequest.Create(otherProject.Document, Producer.Identifier, Producer.Key, otherProject.Ticket(), otherProject.Now);
        var there = otherProject.CredentialIn(otherProject.Authority.Answer(enrollment))!;
        var carried = RawJws.Sign(
            RecordTypes.Grant, claims with { Aud = otherProject.Document.Id, Credential = there.Text }, RecordJson.Default.GrantClaims, Producer.Key);
        var grant = KeyGrant.TryVerify(carried, new MemberDirectory(otherProject.Document), otherProject.Now, out _)!;
        Assert.That(Opens(grant, Consumer.Identifier, _package.Id, Consumer.PackageKey), Is.False, "another project");

        bool OpensAs(GrantClaims relabelled, TestMember signer, string? member = null, string? package = null) => Opens(
            Read(RawJws.Sign(RecordTypes.Grant, relabelled, RecordJson.Default.GrantClaims, signer.Key))!,
            member ?? Consumer.Identifier, package ?? _package.Id, Consumer.PackageKey);
    }

    [Test]
    public void A_sealed_part_altered_in_any_byte_or_of_any_other_size_does_not_open()
    {
        var claims = Producer.Grant(_session, _package).ReadUnverified(RecordJson.Default.GrantClaims)!;
        var recipient = claims.Recipients[0];
        Assert.That(recipient.Sealed, Has.Length.EqualTo(1201));
        for (var i = 0; i < recipient.Sealed.Length; i++)
        {
            byte[] altered = [.. recipient.Sealed];
            altered[i] ^= 0x40;
            Assert.That(OpensWith(altered), Is.False, $"byte {i}");
        }

        foreach (var size in (int[])[0, 1, 65, 113, 1153, 1168, 1169, 1200, 1202, 100_000])
            Assert.That(OpensWith([.. recipient.Sealed.Take(size), .. new byte[Math.Max(0, size - recipient.Sealed.Length)]]), Is.False, $"{size} bytes");

        bool OpensWith(byte[] sealedPart) =>
            Read(RawJws.Sign(
                RecordTypes.Grant, claims with { Recipients = [recipient with { Sealed = sealedPart }] }, RecordJson.Default.GrantClaims, Producer.Key))
                is { } grant && Opens(grant, Consumer.Identifier, _package.Id, Consumer.PackageKey);
    }

    [Test]
    public void A_sealed_secret_of_another_size_is_not_a_secret()
    {
        foreach (var size in (int[])[0, 31, 33])
        {
            using var wrong = SecretBytes.Random(size);
            var grant = TestProject.Parse(KeyGrant.Create(
                wrong, _session.Announcement, [_package], Producer.Identifier, Producer.Key, Producer.Credential, Project.Now));
            Assert.That(Read(grant), Is.Null, $"{size} bytes");
        }
    }

    [Test]
    public void A_grant_that_is_malformed_untimely_or_anothers_is_refused()
    {
        using var other = new TestProject();
        var claims = Producer.Grant(_session, _package).ReadUnverified(RecordJson.Default.GrantClaims)!;
        Assert.Multiple(() =>
        {
            Assert.That(With(claims), Is.EqualTo(RecordProblem.None));
            Assert.That(With(claims with { Session = new byte[15] }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Topic = "" }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Recipients = [] }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Recipients = [claims.Recipients[0], claims.Recipients[0]] }), Is.EqualTo(RecordProblem.Malformed), "one recipient twice");
            Assert.That(With(claims with { Recipients = [null!] }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Recipients = [.. Enumerable.Repeat(claims.Recipients[0], 86)] }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Recipients = [.. Enumerable.Range(0, 85).Select(i => claims.Recipients[0] with { Package = Base64Url.EncodeToString(SHA256.HashData([(byte)i])) })] }), Is.EqualTo(RecordProblem.None));
            Assert.That(With(claims with { Recipients = [claims.Recipients[0] with { Sealed = new byte[113] }] }), Is.EqualTo(RecordProblem.AlgorithmNotAllowed));
            Assert.That(With(claims with { Aud = other.Document.Id }), Is.EqualTo(RecordProblem.OtherProject));
            Assert.That(With(claims with { Iat = Now + 121 }), Is.EqualTo(RecordProblem.BadTimes));
            Assert.That(With(claims with { Iat = -1 }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Iat = ExactForm.MaxInteger }), Is.EqualTo(RecordProblem.BadTimes));
            Assert.That(With(claims, Mallory), Is.EqualTo(RecordProblem.BadSignature));
            Assert.That(With(claims with { Sub = Mallory.Identifier }), Is.EqualTo(RecordProblem.UnknownSender));
        });

        RecordProblem With(GrantClaims changed, TestMember? signer = null) =>
            ProblemOf<GrantClaims, KeyGrant>(RecordTypes.Grant, changed, RecordJson.Default.GrantClaims, signer ?? Producer, KeyGrant.TryVerify);
    }

    [Test]
    public void A_grant_has_at_most_85_recipients() => Assert.That(
        () => Producer.Grant(_session, [.. Enumerable.Repeat(_package, 86)]), Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void A_grant_never_shows_the_secret()
    {
        var grant = Producer.Grant(_session, _package);
        foreach (var spelling in Spellings.Of(_session.Secret.Span.ToArray()).Concat(Spellings.Of(_session.Keys.Key.Span.ToArray())))
        {
            Assert.That(RawJws.PayloadOf(grant.Text), Does.Not.Contain(spelling));
            Assert.That(RawJws.PayloadOf(_session.Announcement.Record), Does.Not.Contain(spelling));
        }
    }

    private KeyGrant? Read(Jws record) => KeyGrant.TryVerify(record, Directory, Project.Now, out _);

    private static bool Opens(KeyGrant grant, string member, string packageId, HpkePrivateKey key)
    {
        using var secret = grant.TryOpen(member, packageId, key);
        return secret is not null;
    }
}

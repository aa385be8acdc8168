using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
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
        var grant = Read(Producer.Grant(_session, _package, other));
        Assert.Multiple(() =>
        {
            Assert.That(grant.Sender, Is.EqualTo(Producer.Identifier));
            Assert.That(grant.Project, Is.EqualTo(Project.Document.Id));
            Assert.That(grant.IssuedAt, Is.EqualTo(Now));
            Assert.That(grant.Claims.Recipients.Select(recipient => recipient.Sub), Is.EqualTo((string[])[Consumer.Identifier, Mallory.Identifier]));
            Assert.That(grant.Claims.Recipients.Select(recipient => recipient.Package), Is.EqualTo((string[])[_package.Id, other.Id]));
            Assert.That(grant.Claims.Recipients.Select(recipient => recipient.Sessions.Single()), Is.All.EqualTo(SessionName.Of(_session.Statement)));
            Assert.That(grant.Claims.Recipients[0].Sessions[0].Id, Is.EqualTo(_session.Statement.Id));
            Assert.That(SecretsIn(grant, 0, Consumer.PackageKey), Is.EqualTo((string[])[Hex(_session.Secret)]));
            Assert.That(SecretsIn(grant, 1, Mallory.PackageKey), Is.EqualTo((string[])[Hex(_session.Secret)]));
        });
    }

    [Test]
    public void No_other_key_opens_it()
    {
        using var another = HpkeKem.Default.Generate();
        var grant = Read(Producer.Grant(_session, _package, Mallory.KeyPackage("orders")));
        Assert.Multiple(() =>
        {
            Assert.That(SecretsIn(grant, 0, Consumer.PackageKey), Is.Not.Null, "else the rest proves nothing");
            Assert.That(SecretsIn(grant, 0, Mallory.PackageKey), Is.Null);
            Assert.That(SecretsIn(grant, 1, Consumer.PackageKey), Is.Null);
            Assert.That(SecretsIn(grant, 0, another), Is.Null);
        });
    }

    [Test]
    public void Another_holder_may_grant_what_it_holds()
    {
        var grant = Read(Mallory.Grant(_session, _package));
        Assert.That(SecretsIn(grant, 0, Consumer.PackageKey), Is.EqualTo((string[])[Hex(_session.Secret)]));
    }

    [Test]
    public void What_is_sealed_opens_only_under_the_names_it_was_sealed_with()
    {
        var claims = Producer.Grant(_session, _package).ReadUnverified(RecordJson.Default.GrantClaims)!;
        var recipient = claims.Recipients[0];
        Assert.Multiple(() =>
        {
            Assert.That(Opens(claims, Producer), "else the rest proves nothing");
            Assert.That(Opens(claims with { Sub = Mallory.Identifier }, Mallory), Is.False, "another sender");
            Assert.That(Opens(claims with { Recipients = [recipient with { Package = Mallory.Identifier }] }, Producer), Is.False, "another package");

            // Two members with one sealing key: one copied the other's package.
            Assert.That(Opens(claims with { Recipients = [recipient with { Sub = Mallory.Identifier }] }, Producer), Is.False, "another recipient");
        });

        // One identity that is in two projects carries a grant across.
        using var otherProject = new TestProject();
        var enrollment = AuthorityRequest.Create(otherProject.Document, Producer.Identifier, Producer.Key, otherProject.Ticket(), otherProject.Now);
        var there = new MemberDirectory(otherProject.Document);
        there.Observe(otherProject.Authority.Answer(enrollment)!);
        var carried = Sign(claims with { Aud = otherProject.Document.Id }, Producer.Key);
        var grant = RecordVerifier.Read<KeyGrant>(carried, there, out _)!;
        Assert.That(RecordVerifier.ProblemOfSender(carried, grant, there), Is.Null);
        Assert.That(SecretsIn(grant, 0, Consumer.PackageKey), Is.Null, "another project");

        bool Opens(GrantClaims relabelled, TestMember signer) => SecretsIn(Read(Sign(relabelled, signer.Key)), 0, Consumer.PackageKey) is not null;
    }

    [Test]
    public void The_info_and_the_additional_data_are_what_the_specification_says()
    {
        var grant = Read(Producer.Grant(_session, _package));
        var info = Encoding.ASCII.GetBytes($"E2EKafka/1 grant\0{Project.Document.Id}\0{Producer.Identifier}\0{Consumer.Identifier}\0{_package.Id}");
        var aad = SHA256.HashData(_session.Statement.Hash);
        using var opened = Hpke.TryOpen(Consumer.PackageKey, info, aad, grant.Claims.Recipients[0].Sealed);
        Assert.Multiple(() =>
        {
            Assert.That(opened!.Span.ToArray(), Is.EqualTo(_session.Secret.Span.ToArray()));

            // SHA-256 of SHA-256("a") and SHA-256("b"), computed with Python's hashlib.
            Assert.That(
                Convert.ToHexStringLower(KeyGrant.HashOf(
                [
                    new("orders", "ypeBEsobvcr6wjGzmiPcTaeG7_gUfE5yuYB3ha_uSLs"),
                    new("payments", "PiPoFgA5WUoziU9lZOGxNIu9egCI1CxKy3PurtWcAJ0"),
                ])),
                Is.EqualTo("e5a01fee14e0ed5c48714f22180f25ad8365b53f9779f79dc4a3d7e93963f94a"));
        });
    }

    [Test]
    public void A_sealed_part_altered_in_any_byte_or_of_any_other_size_does_not_open()
    {
        var claims = Producer.Grant(_session, _package).ReadUnverified(RecordJson.Default.GrantClaims)!;
        var recipient = claims.Recipients[0];
        Assert.That(recipient.Sealed, Has.Length.EqualTo(1201));
        var grant = Read(Producer.Grant(_session, _package));
        for (var i = 0; i < recipient.Sealed.Length; i++)
        {
            byte[] altered = [.. recipient.Sealed];
            altered[i] ^= 0x40;
            Assert.That(grant.TryOpen(recipient with { Sealed = altered }, Consumer.PackageKey), Is.Null, $"byte {i}");
        }

        foreach (var size in (int[])[0, 1, 32, 65, 81, 1153, 1168, 1169, 1200, 1202, 1233, 100_000])
        {
            byte[] other = [.. recipient.Sealed.Take(size), .. new byte[Math.Max(0, size - recipient.Sealed.Length)]];
            Assert.That(ReasonFor(claims with { Recipients = [recipient with { Sealed = other }] }), Is.EqualTo(RejectionReason.Malformed), $"{size} bytes");
            Assert.That(grant.TryOpen(recipient with { Sealed = other }, Consumer.PackageKey), Is.Null, $"{size} bytes");
        }
    }

    [Test]
    public void A_sealed_secret_of_another_size_is_not_a_secret()
    {
        var claims = Producer.Grant(_session, _package).ReadUnverified(RecordJson.Default.GrantClaims)!;
        var recipient = claims.Recipients[0];
        var grant = Read(Sign(claims, Producer.Key));
        foreach (var size in (int[])[0, 31, 32, 33, 64])
        {
            var wrong = recipient with
            {
                Sealed = Hpke.Seal(
                    _package.Key, KeyGrant.InfoOf(Project.Document.Id, Producer.Identifier, Consumer.Identifier, _package.Id),
                    KeyGrant.HashOf(recipient.Sessions), new byte[size]),
            };
            var isSecret = size == KeyGrant.SecretSize;
            Assert.That(ReasonFor(claims with { Recipients = [wrong] }), isSecret ? Is.Null : Is.EqualTo(RejectionReason.Malformed), $"{size} bytes");
            Assert.That(grant.TryOpen(wrong, Consumer.PackageKey), isSecret ? Is.Not.Null : Is.Null, $"{size} bytes");
        }
    }

    [Test]
    public void Its_form_is_exact()
    {
        using var other = new TestProject();
        var claims = Producer.Grant(_session, _package).ReadUnverified(RecordJson.Default.GrantClaims)!;
        var recipient = claims.Recipients[0];
        var name = recipient.Sessions[0];
        Assert.Multiple(() =>
        {
            Assert.That(ReasonFor(claims), Is.Null);
            Assert.That(ReasonFor(claims with { Recipients = [] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(ReasonFor(claims with { Recipients = [recipient, recipient] }), Is.EqualTo(RejectionReason.Malformed), "one recipient twice");
            Assert.That(ReasonFor(claims with { Recipients = [recipient, recipient with { Package = HashOf(1) }] }), Is.Null, "two packages of one recipient");
            Assert.That(ReasonFor(claims with { Recipients = [null!] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(ReasonFor(claims with { Recipients = [recipient, recipient with { Sub = "consumer" }] }), Is.EqualTo(RejectionReason.Malformed), "the second is wrong");
            Assert.That(With(recipient with { Sub = "consumer" }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(recipient with { Package = "package" }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(recipient with { Sessions = [] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(recipient with { Sessions = [], Sealed = new byte[1169] }), Is.EqualTo(RejectionReason.Malformed), "nothing, sealed");
            Assert.That(With(recipient with { Sessions = [null!] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(recipient with { Sessions = [name with { Topic = "a b" }] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(recipient with { Sessions = [name with { Topic = "orders*" }] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(recipient with { Sessions = [name with { Statement = "statement" }] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(recipient with { Sessions = [name, name], Sealed = new byte[1169 + 64] }), Is.EqualTo(RejectionReason.Malformed), "one session twice");
            Assert.That(With(recipient with { Sealed = new byte[113] }), Is.EqualTo(RejectionReason.AlgorithmNotAllowed));
            Assert.That(ReasonFor(claims with { Aud = other.Document.Id }), Is.EqualTo(RejectionReason.OtherProject));
            Assert.That(ReasonFor(claims with { Iat = -1 }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(ReasonFor(claims with { Iat = ExactForm.MaxInteger }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(ReasonFor(claims with { Iat = 0 }), Is.Null, "its time is not judged");
            Assert.That(ReasonFor(claims with { Iat = Producer.Credential.Claims.Exp - 1 }), Is.Null, "its time is not judged");
            Assert.That(ReasonFor(claims with { Iat = Producer.Credential.Claims.Exp }), Is.EqualTo(RejectionReason.ExpiredSender));
            Assert.That(ReasonFor(claims, Mallory), Is.EqualTo(RejectionReason.ReplacedKey));
            Assert.That(ReasonFor(claims with { Sub = Mallory.Identifier }), Is.EqualTo(RejectionReason.ReplacedKey));
            Assert.That(ReasonFor(claims with { Sub = "producer" }), Is.EqualTo(RejectionReason.Malformed));
        });

        RejectionReason? With(GrantRecipient changed) => ReasonFor(claims with { Recipients = [changed] });
    }

    [Test]
    public void A_grant_never_shows_the_secret()
    {
        var grant = Producer.Grant(_session, _package);
        foreach (var spelling in Spellings.Of(_session.Secret.Span.ToArray()).Concat(Spellings.Of(_session.Keys.Key.Span.ToArray())))
        {
            Assert.That(RawJws.PayloadOf(grant.Text), Does.Not.Contain(spelling));
            Assert.That(RawJws.PayloadOf(_session.Announcement), Does.Not.Contain(spelling));
        }
    }

    private static string HashOf(int number) => Base64Url.EncodeToString(SHA256.HashData(BitConverter.GetBytes(number)));

    private static string Hex(SecretBytes secret) => Convert.ToHexString(secret.Span);

    /// <summary>The secrets that a key opens of a recipient's part; <see langword="null"/> if it opens nothing.</summary>
    private static string[]? SecretsIn(KeyGrant grant, int recipient, HpkePrivateKey key)
    {
        var secrets = grant.TryOpen(grant.Claims.Recipients[recipient], key);
        string[]? texts = secrets is null ? null : [.. secrets.Select(Hex)];
        foreach (var secret in secrets ?? [])
            secret.Dispose();
        return texts;
    }

    private KeyGrant Read(Jws record) => ReadGrant(record, out var reason) ?? throw new InvalidOperationException($"The grant is refused: {reason}.");

    private RejectionReason? ReasonFor(GrantClaims claims, TestMember? signer = null)
    {
        ReadGrant(Sign(claims, (signer ?? Producer).Key), out var reason);
        return reason;
    }
}

using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

public sealed class KeyPackageTests : SessionRecordFixture
{
    [TestCase(true)]
    [TestCase(false)]
    public void A_package_says_where_to_seal_what(bool isDurable)
    {
        var created = KeyPackage.Create(
            Project.Document.Id, Consumer.Identifier, Consumer.PackageKey.PublicKey, ["orders", "pay*"], isDurable, Consumer.Key, Project.Now, TimeSpan.FromHours(24));
        var read = RecordVerifier.Verify<KeyPackage>(TestProject.Parse(created.Record), Directory, Project.Now, static _ => true, out var reason)!;
        Assert.Multiple(() =>
        {
            Assert.That(reason, Is.Null);
            Assert.That(read.Member, Is.EqualTo(Consumer.Identifier).And.EqualTo(read.Sender));
            Assert.That(read.IdentityKey, Is.EqualTo(Consumer.Key.Public.Thumbprint).And.EqualTo(created.IdentityKey));
            Assert.That(read.Id, Is.EqualTo(created.Id).And.EqualTo(KeyPackage.IdOf(Consumer.PackageKey.PublicKey)));
            Assert.That(read.Key, Is.EqualTo(Consumer.PackageKey.PublicKey));
            Assert.That(read.ExpiresAt, Is.EqualTo(Project.Now.AddHours(24)));
            Assert.That(read.IsDurable, Is.EqualTo(isDurable));
            Assert.That(read.Claims.Topics, Is.EqualTo((string[])["orders", "pay*"]));
            Assert.That(read.Record, Is.EqualTo(created.Record));
            Assert.That(read.Project, Is.EqualTo(Project.Document.Id));
            Assert.That(read.IssuedAt, Is.EqualTo(Now));
            Assert.That(read.ToString(), Is.EqualTo($"key package {read.Id} of {Consumer.Identifier}"));
        });
    }

    [Test]
    public void It_accepts_its_topics_until_it_expires_if_it_reads_our_version()
    {
        var claims = Consumer.KeyPackage("orders").Claims;
        var package = Read(claims);
        Assert.Multiple(() =>
        {
            Assert.That(package.Accepts("orders", Project.Now));
            Assert.That(package.Accepts("Orders", Project.Now), Is.False);
            Assert.That(package.Accepts("payments", Project.Now), Is.False);
            Assert.That(package.Accepts("orders", package.ExpiresAt - TimeSpan.FromTicks(1)));
            Assert.That(package.Accepts("orders", package.ExpiresAt), Is.False);
            Assert.That(package.Consumes("orders"), "whether it has expired or not");
            Assert.That(Read(claims with { Versions = [2, 3] }).Accepts("orders", Project.Now), Is.False);
            Assert.That(Read(claims with { Versions = [] }).Accepts("orders", Project.Now), Is.False);
            Assert.That(Read(claims with { Versions = [2, 1] }).Accepts("orders", Project.Now));
        });
    }

    [TestCaseSource(typeof(TopicPatternTests), nameof(TopicPatternTests.Patterns))]
    public void Its_prefixes_match_as_those_of_a_policy_do(string pattern, string topic, bool matches)
    {
        var package = Read(Consumer.KeyPackage("other", pattern).Claims);
        Assert.Multiple(() =>
        {
            Assert.That(package.Consumes(topic), Is.EqualTo(matches));
            Assert.That(package.Accepts(topic, Project.Now), Is.EqualTo(matches));
            Assert.That(package.Consumes("other"));
        });
    }

    [Test]
    public void A_package_without_topics_retires_the_member()
    {
        var retired = Read(Consumer.KeyPackage().Claims);
        var active = Read(Consumer.KeyPackage("orders").Claims);
        Assert.Multiple(() =>
        {
            Assert.That(active.IsUsable(Project.Now));
            Assert.That(active.IsUsable(active.ExpiresAt), Is.False);
            Assert.That(retired.IsUsable(Project.Now), Is.False);
            Assert.That(retired.Consumes("orders"), Is.False);
            Assert.That(retired.Accepts("orders", Project.Now), Is.False);
            Assert.That(Read(active.Claims with { Versions = [2] }).IsUsable(Project.Now), Is.False, "a version that we do not write");
        });
    }

    [Test]
    public void Its_key_is_one_encoding_of_a_key_of_the_projects_algorithm()
    {
        var claims = Consumer.KeyPackage("orders").Claims;
        byte[] offCurve = [.. claims.Hpke];
        offCurve[^1] ^= 1;
        using var p256 = HpkeKem.P256.Generate();
        Assert.Multiple(() =>
        {
            Assert.That(With(claims), Is.Null);
            Assert.That(With(claims with { Hpke = offCurve }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Hpke = [] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Hpke = [.. claims.Hpke, 0] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Hpke = [.. claims.Hpke[..1184], 2, .. claims.Hpke[1185..1217]] }), Is.EqualTo(RejectionReason.Malformed), "compressed");
            Assert.That(With(claims with { Hpke = p256.PublicKey.Encoded.ToArray() }), Is.EqualTo(RejectionReason.AlgorithmNotAllowed));
        });
    }

    [Test]
    public void Topics_and_versions_have_bounds_and_stand_once()
    {
        var claims = Consumer.KeyPackage("orders").Claims;
        Assert.Multiple(() =>
        {
            foreach (var wrong in (string[])["", "or*ders", "*orders", "orders**", ".", "a b", new string('a', 250), new string('a', 250) + "*"])
                Assert.That(With(claims with { Topics = [wrong] }), Is.EqualTo(RejectionReason.Malformed), wrong);
            Assert.That(With(claims with { Topics = ["*"] }), Is.Null);
            Assert.That(With(claims with { Topics = [null!] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Topics = [.. Enumerable.Range(0, 1_000).Select(i => $"{i}")] }), Is.Null);
            Assert.That(With(claims with { Topics = [.. Enumerable.Range(0, 1_001).Select(i => $"{i}")] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Versions = [.. Enumerable.Range(1, 16)] }), Is.Null);
            Assert.That(With(claims with { Versions = [.. Enumerable.Range(1, 17)] }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Topics = ["a", "a"] }), Is.EqualTo(RejectionReason.Malformed), "one topic twice");
            Assert.That(With(claims with { Topics = ["a*", "a*"] }), Is.EqualTo(RejectionReason.Malformed), "one prefix twice");
            Assert.That(With(claims with { Topics = ["a*", "a"] }), Is.Null, "a prefix and a topic that it matches");
            Assert.That(With(claims with { Versions = [1, 1] }), Is.EqualTo(RejectionReason.Malformed), "one version twice");
        });
    }

    [Test]
    public void Its_times_are_a_life_of_at_most_7_days()
    {
        var claims = Consumer.KeyPackage("orders").Claims;
        Assert.Multiple(() =>
        {
            Assert.That(With(claims with { Iat = Now + 600 }), Is.Null);
            Assert.That(With(claims with { Iat = Now + 601 }), Is.EqualTo(RejectionReason.Delayed));
            Assert.That(With(claims with { Exp = claims.Iat }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Exp = claims.Iat + 1 }), Is.Null);
            Assert.That(With(claims with { Exp = claims.Iat + (7 * 86_400) }), Is.Null);
            Assert.That(With(claims with { Exp = claims.Iat + (7 * 86_400) + 1 }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Exp = ExactForm.MaxInteger }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Iat = -1 }), Is.EqualTo(RejectionReason.Malformed));
        });
    }

    [Test]
    public void Each_time_is_one_by_itself()
    {
        // Read alone: the verifier refuses some of these for another reason.
        const long Last = 253_370_764_799;
        var claims = Consumer.KeyPackage("orders").Claims;
        Assert.Multiple(() =>
        {
            Assert.That(IsRead(claims with { Iat = Last - 1, Exp = Last }));
            Assert.That(IsRead(claims with { Iat = Last, Exp = Last + 1 }), Is.False);
            Assert.That(IsRead(claims with { Iat = Last + 1, Exp = Last + 2 }), Is.False);
            Assert.That(IsRead(claims with { Iat = 0, Exp = 1 }));
            Assert.That(IsRead(claims with { Hpke = claims.Hpke[1..] }), Is.False, "no key");
        });

        bool IsRead(KeyPackageClaims changed) => KeyPackage.Read(RawJws.Sign(RecordTypes.KeyPackage, changed, RecordJson.Default.KeyPackageClaims, Consumer.Key)) is not null;
    }

    [Test]
    public void It_is_the_members_own()
    {
        using var other = new TestProject();
        var claims = Consumer.KeyPackage("orders").Claims;
        Assert.Multiple(() =>
        {
            Assert.That(With(claims with { Aud = other.Document.Id }), Is.EqualTo(RejectionReason.OtherProject));
            Assert.That(With(claims with { Sub = "consumer" }), Is.EqualTo(RejectionReason.Malformed));
            Assert.That(With(claims with { Sub = other.Document.Id }), Is.EqualTo(RejectionReason.UnknownSender));
            Assert.That(With(claims, Mallory), Is.EqualTo(RejectionReason.ReplacedKey));
            Assert.That(With(claims with { Sub = Mallory.Identifier }), Is.EqualTo(RejectionReason.ReplacedKey));
        });
    }

    [Test]
    public void Topics_above_what_readers_take_are_refused_where_the_package_is_made([Values(-1, 0, 1)] int above, [Values] bool areLong)
    {
        var most = areLong ? KeyPackage.MaxTopicsSize / KeyPackage.SizeOf(new string('x', 249)) : KeyPackage.MaxTopics;
        string[] topics = [.. Enumerable.Range(0, most + above).Select(i => areLong ? $"{i:d249}" : $"{i}")];
        Assert.Multiple(() =>
        {
            Assert.That(() => Consumer.KeyPackage(topics), above > 0
                ? Refused.With(FailureReason.LimitReached, $"{KeyPackage.MaxTopics} topics").And.Message.Contains($"{KeyPackage.MaxTopicsSize} bytes")
                : Throws.Nothing);
            Assert.That(With(Consumer.KeyPackage("orders").Claims with { Topics = topics }), Is.EqualTo(above > 0 ? RejectionReason.Malformed : (RejectionReason?)null));
        });
    }

    private KeyPackage Read(KeyPackageClaims claims) => RecordVerifier.Verify<KeyPackage>(
        RawJws.Sign(RecordTypes.KeyPackage, claims, RecordJson.Default.KeyPackageClaims, Consumer.Key), Directory, Project.Now, static _ => true, out _)
        ?? throw new InvalidOperationException("The package is refused.");

    private RejectionReason? With(KeyPackageClaims changed, TestMember? signer = null) =>
        ReasonFor<KeyPackageClaims, KeyPackage>(changed, RecordJson.Default.KeyPackageClaims, signer ?? Consumer);
}

using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

public sealed class KeyPackageTests : SessionRecordFixture
{
    [Test]
    public void A_package_says_where_to_seal_what()
    {
        var created = Consumer.KeyPackage("orders", "payments");
        var read = KeyPackage.TryVerify(TestProject.Parse(created.Record), Directory, Project.Now, out var problem)!;
        Assert.Multiple(() =>
        {
            Assert.That(problem, Is.EqualTo(RecordProblem.None));
            Assert.That(read.Member, Is.EqualTo(Consumer.Identifier));
            Assert.That(read.Id, Is.EqualTo(created.Id).And.EqualTo(KeyPackage.IdOf(Consumer.PackageKey.PublicKey)));
            Assert.That(read.Key, Is.EqualTo(Consumer.PackageKey.PublicKey));
            Assert.That(read.ExpiresAt, Is.EqualTo(Project.Now.AddHours(24)));
        });
    }

    [Test]
    public void It_accepts_its_topics_until_it_expires_if_it_reads_our_version()
    {
        var claims = Consumer.KeyPackage("orders").Claims;
        var package = Read(claims)!;
        Assert.Multiple(() =>
        {
            Assert.That(package.Accepts("orders", Project.Now));
            Assert.That(package.Accepts("Orders", Project.Now), Is.False);
            Assert.That(package.Accepts("payments", Project.Now), Is.False);
            Assert.That(package.Accepts("orders", package.ExpiresAt - TimeSpan.FromTicks(1)));
            Assert.That(package.Accepts("orders", package.ExpiresAt), Is.False);
            Assert.That(Read(claims with { Versions = [2, 3] })!.Accepts("orders", Project.Now), Is.False);
            Assert.That(Read(claims with { Versions = [] })!.Accepts("orders", Project.Now), Is.False);
            Assert.That(Read(claims with { Versions = [2, 1] })!.Accepts("orders", Project.Now));
        });

        KeyPackage? Read(KeyPackageClaims changed) => KeyPackage.TryVerify(
            RawJws.Sign(RecordTypes.KeyPackage, changed, RecordJson.Default.KeyPackageClaims, Consumer.Key), Directory, Project.Now, out _);
    }

    [Test]
    public void A_package_that_is_malformed_untimely_or_anothers_is_refused()
    {
        using var other = new TestProject();
        var claims = Consumer.KeyPackage("orders").Claims;
        byte[] offCurve = [.. claims.Hpke];
        offCurve[^1] ^= 1;
        using var p256 = HpkeKem.P256.Generate();
        Assert.Multiple(() =>
        {
            Assert.That(With(claims), Is.EqualTo(RecordProblem.None));
            Assert.That(With(claims with { Hpke = offCurve }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Hpke = [] }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Hpke = [.. claims.Hpke, 0] }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Hpke = [.. claims.Hpke[..1184], 2, .. claims.Hpke[1185..1217]] }), Is.EqualTo(RecordProblem.Malformed), "compressed");
            Assert.That(With(claims with { Hpke = p256.PublicKey.Encoded.ToArray() }), Is.EqualTo(RecordProblem.AlgorithmNotAllowed));
            Assert.That(With(claims with { Topics = ["orders*"] }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Topics = [null!] }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Topics = [.. Enumerable.Range(0, 1_001).Select(i => $"{i}")] }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Versions = [.. Enumerable.Range(1, 17)] }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims with { Topics = ["a", "a"] }), Is.EqualTo(RecordProblem.Malformed), "one topic twice");
            Assert.That(With(claims with { Versions = [1, 1] }), Is.EqualTo(RecordProblem.Malformed), "one version twice");
            Assert.That(With(claims with { Aud = other.Document.Id }), Is.EqualTo(RecordProblem.OtherProject));
            Assert.That(With(claims with { Iat = Now + 120 }), Is.EqualTo(RecordProblem.None));
            Assert.That(With(claims with { Iat = Now + 121 }), Is.EqualTo(RecordProblem.BadTimes));
            Assert.That(With(claims with { Exp = claims.Iat }), Is.EqualTo(RecordProblem.BadTimes));
            Assert.That(With(claims with { Exp = claims.Iat + (7 * 86_400) }), Is.EqualTo(RecordProblem.None));
            Assert.That(With(claims with { Exp = claims.Iat + (7 * 86_400) + 1 }), Is.EqualTo(RecordProblem.BadTimes));
            Assert.That(With(claims with { Exp = ExactForm.MaxInteger }), Is.EqualTo(RecordProblem.BadTimes));
            Assert.That(With(claims with { Iat = -1 }), Is.EqualTo(RecordProblem.Malformed));
            Assert.That(With(claims, Mallory), Is.EqualTo(RecordProblem.BadSignature));
            Assert.That(With(claims with { Sub = Mallory.Identifier }), Is.EqualTo(RecordProblem.UnknownSender));
            Assert.That(With(claims with { Credential = Mallory.Credential.Text }, Mallory), Is.EqualTo(RecordProblem.UnknownSender));
        });

        RecordProblem With(KeyPackageClaims changed, TestMember? signer = null) =>
            ProblemOf<KeyPackageClaims, KeyPackage>(RecordTypes.KeyPackage, changed, RecordJson.Default.KeyPackageClaims, signer ?? Consumer, KeyPackage.TryVerify);
    }

    [Test]
    public void More_topics_than_fit_are_refused_where_the_package_is_made() => Assert.That(
        () => Consumer.KeyPackage([.. Enumerable.Range(0, 1_000).Select(i => $"{i:d249}")]),
        Refused.With(FailureReason.OptionsInvalid, "1000 topics"));
}

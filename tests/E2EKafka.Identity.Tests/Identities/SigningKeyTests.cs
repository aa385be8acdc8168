using System.Security.Cryptography;
using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

public sealed class SigningKeyTests
{
    [Test]
    public void A_key_survives_the_vault()
    {
        using var key = SigningKey.Generate();
        using var read = SigningKey.Import(key.Export());
        Assert.Multiple(() =>
        {
            Assert.That(read.Public.Thumbprint, Is.EqualTo(key.Public.Thumbprint));
            Assert.That(key.Public.Verify("data"u8, read.Sign("data"u8)));
        });
    }

    [TestCase("1.3.132.0.34", TestName = "P-384")]
    [TestCase("1.3.132.0.35", TestName = "P-521")]
    [TestCase("1.3.132.0.10", TestName = "secp256k1, of the same size")]
    public void A_key_of_another_curve_is_not_taken(string curve)
    {
        using var other = ECDsa.Create(ECCurve.CreateFromValue(curve));
        AssertCorrupt(other.ExportPkcs8PrivateKey());
    }

    [Test]
    public void Anything_but_exactly_one_key_is_not_taken()
    {
        using var key = SigningKey.Generate();
        using var rsa = RSA.Create(2048);
        var exported = key.Export();
        Assert.Multiple(() =>
        {
            AssertCorrupt([]);
            AssertCorrupt([1, 2, 3]);
            AssertCorrupt(exported[..^1]);
            AssertCorrupt([.. exported, 0]);
            AssertCorrupt(rsa.ExportPkcs8PrivateKey());
        });
    }

    [Test]
    public void A_disposed_key_signs_nothing()
    {
        var key = SigningKey.Generate();
        Assert.That(key.ToString(), Is.EqualTo(key.Public.Thumbprint).And.EqualTo(key.Public.ToString()));
        key.Dispose();
        Assert.That(() => key.Sign("data"u8), Throws.TypeOf<ObjectDisposedException>());
    }

    private static void AssertCorrupt(byte[] pkcs8) => Assert.That(
        () => SigningKey.Import(pkcs8),
        Refused.With(FailureReason.VaultCorrupt, "Restore the vault from a backup"));
}

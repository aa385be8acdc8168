using System.Reflection;
using System.Security.Cryptography;

namespace E2EKafka.Identity.Tests;

public sealed class SigningPublicKeyTests
{
    // The key of RFC 7515 appendix A.3.
    private const string X = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    private const string Y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

    // P-256 has a point with x = 0: this is its y. And p itself, which reduces to zero.
    private const string ZeroX = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    private const string YOfZeroX = "ZkhceA4vg9ckM71dhKBrtlQcKvMdrocXKL-FahdPk_Q";
    private const string Prime = "_____wAAAAEAAAAAAAAAAAAAAAD_______________8";

    [Test]
    public void The_identifier_is_the_thumbprint_of_RFC_7638() =>
        // Computed with Python's hashlib over {"crv":"P-256","kty":"EC","x":"…","y":"…"}.
        Assert.That(SigningPublicKey.TryRead(new Jwk("EC", "P-256", X, Y))!.Thumbprint, Is.EqualTo("oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U"));

    [Test]
    public void A_key_survives_being_written_and_read()
    {
        using var key = SigningKey.Generate();
        var read = SigningPublicKey.TryRead(key.Public.Jwk)!;
        Assert.Multiple(() =>
        {
            Assert.That(read.Thumbprint, Is.EqualTo(key.Public.Thumbprint));
            Assert.That(read.Encoded, Is.EqualTo(key.Public.Encoded));
            Assert.That(read.Encoded, Has.Length.EqualTo(SigningPublicKey.EncodedSize));
            Assert.That(read.Encoded[0], Is.EqualTo(4));
            Assert.That(read.Verify("data"u8, key.Sign("data"u8)));
        });
    }

    [Test]
    public void A_point_has_one_spelling_though_a_coordinate_could_be_reduced()
    {
        Assert.Multiple(() =>
        {
            Assert.That(Read(ZeroX, YOfZeroX), Is.True, "the point itself");
            Assert.That(Read(Prime, YOfZeroX), Is.False, "the same point, its x not reduced");
        });
    }

    [TestCase(X, X, TestName = "Not on the curve")]
    [TestCase(Y, X, TestName = "Coordinates exchanged")]
    [TestCase(ZeroX, ZeroX, TestName = "The origin, which stands for infinity")]
    [TestCase(Prime, Prime, TestName = "The prime twice")]
    [TestCase(X, Y + "=", TestName = "Padding")]
    [TestCase(X, "", TestName = "Empty")]
    [TestCase(X, "AAAA", TestName = "Too short")]
    [TestCase(X, "AA" + Y, TestName = "Too long")]
    [TestCase(X, "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a1", TestName = "Trailing bits")]
    [TestCase(X, "x/FEzRu9m36HLN/tue659LNpXW6pCyStikYjKIWI5a0", TestName = "Base64 that is not base64url")]
    [TestCase(X, "@_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", TestName = "Not base64 at all")]
    [TestCase(X, " _FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", TestName = "White space")]
    [TestCase(X, "é_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0", TestName = "Not ASCII")]
    public void What_is_not_a_point_in_its_one_spelling_is_refused(string x, string y) => Assert.That(Read(x, y), Is.False);

    [TestCase("OKP", "P-256")]
    [TestCase("RSA", "P-256")]
    [TestCase("ec", "P-256")]
    [TestCase("EC", "P-384")]
    [TestCase("EC", "p-256")]
    [TestCase("EC", "secp256k1")]
    [TestCase("EC", "Ed25519")]
    public void Another_kind_of_key_is_refused(string kty, string crv) =>
        Assert.That(SigningPublicKey.TryRead(new Jwk(kty, crv, X, Y)), Is.Null);

    [Test]
    public void A_signature_is_64_bytes_and_by_this_key_over_this_data()
    {
        using var key = SigningKey.Generate();
        using var other = SigningKey.Generate();
        using var platform = key.CreateSigner();
        var signature = key.Sign("data"u8);
        Assert.Multiple(() =>
        {
            Assert.That(signature, Has.Length.EqualTo(SigningPublicKey.SignatureSize));
            Assert.That(key.Public.Verify("data"u8, signature));
            Assert.That(key.Public.Verify("Data"u8, signature), Is.False);
            Assert.That(other.Public.Verify("data"u8, signature), Is.False);
            Assert.That(key.Public.Verify("data"u8, platform.SignData("data"u8, HashAlgorithmName.SHA256)), "a second handle is the same key");
            Assert.That(key.Public.Verify("data"u8, platform.SignData("data"u8, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)), Is.False, "DER");
            Assert.That(key.Public.Verify("data"u8, [.. signature, 0]), Is.False);
            Assert.That(key.Public.Verify("data"u8, signature.AsSpan(1)), Is.False);
            Assert.That(key.Public.Verify("data"u8, []), Is.False);
        });
    }

    [Test]
    public void The_public_half_of_a_key_that_signs_cannot_sign()
    {
        using var key = SigningKey.Generate();
        using var verifier = key.Public.CreateVerifier();
        Assert.That(() => verifier.SignData("data"u8, HashAlgorithmName.SHA256), Throws.InstanceOf<CryptographicException>());
    }

    [Test]
    public void A_hash_of_another_size_is_not_verified()
    {
        // OpenSSL takes the first 32 bytes of a longer one.
        using var key = SigningKey.Generate();
        var hash = SHA256.HashData("data"u8);
        var signature = key.Sign("data"u8);
        Assert.Multiple(() =>
        {
            Assert.That(key.Public.VerifyHash(hash, signature));
            Assert.That(key.Public.VerifyHash([.. hash, 0], signature), Is.False);
            Assert.That(key.Public.VerifyHash(hash.AsSpan(1), signature), Is.False);
            Assert.That(key.Public.VerifyHash([], signature), Is.False);
        });
    }

    [Test]
    public void The_second_signature_is_verified_with_what_verified_the_first()
    {
        using var key = SigningKey.Generate();
        var hash = SHA256.HashData("data"u8);
        var signature = key.Sign("data"u8);
        Assert.That(key.Public.VerifyHash(hash, signature));
        var verifier = IdleVerifier();
        Assert.That(verifier, Is.Not.Null);
        Assert.That(key.Public.VerifyHash(hash, signature));
        Assert.That(IdleVerifier(), Is.SameAs(verifier));

        object? IdleVerifier() => typeof(SigningPublicKey).GetField("_idle", BindingFlags.Instance | BindingFlags.NonPublic)!.GetValue(key.Public);
    }

    private static bool Read(string x, string y) => SigningPublicKey.TryRead(new Jwk("EC", "P-256", x, y)) is not null;
}

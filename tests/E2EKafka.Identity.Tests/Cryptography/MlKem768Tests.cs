using System.Security.Cryptography;

namespace E2EKafka;

/// <summary>Both sources of ML-KEM-768, each where it runs.</summary>
[TestFixture]
public sealed class MlKem768Tests
{
    private static readonly string[] s_sources = MLKem.IsSupported ? ["platform", "BouncyCastle"] : ["BouncyCastle"];

    [Test]
    public void The_platform_is_used_where_it_can()
    {
        TestContext.Out.WriteLine($"ML-KEM-768 of {(MLKem.IsSupported ? "the platform" : "BouncyCastle")}; both tested: {s_sources.Length == 2}.");
        Assert.That(MlKem768.Current, MLKem.IsSupported ? Is.TypeOf<PlatformMlKem768>() : Is.TypeOf<BouncyCastleMlKem768>());
    }

    [Test]
    public void Other_bytes_than_1184_are_no_encapsulation_key()
    {
        foreach (var size in (int[])[0, 1, 32, 1_183, 1_185, 2_368])
            Assert.That(MlKem768.IsEncapsulationKey(new byte[size]), Is.False, $"{size} bytes");
        Assert.That(MlKem768.IsEncapsulationKey(new byte[1_184]));
    }

    [TestCaseSource(nameof(s_sources))]
    public void What_one_encapsulates_every_one_decapsulates(string source)
    {
        var sender = Of(source);
        var seed = RandomNumberGenerator.GetBytes(MlKem768.SeedSize);
        using var key = sender.Expand(seed);
        Assert.That(MlKem768.IsEncapsulationKey(key.EncapsulationKey));
        var ciphertext = new byte[MlKem768.CiphertextSize];
        using var sent = sender.Encapsulate(key.EncapsulationKey, ciphertext);
        foreach (var other in s_sources)
        {
            using var same = Of(other).Expand(seed);
            using var received = same.Decapsulate(ciphertext);
            Assert.That(same.EncapsulationKey.SequenceEqual(key.EncapsulationKey), other);
            Assert.That(received.Span.ToArray(), Is.EqualTo(sent.Span.ToArray()), other);
        }
    }

    [TestCaseSource(nameof(s_sources))]
    public void A_wrong_ciphertext_gives_another_secret_always_the_same(string source)
    {
        using var key = Of(source).Expand(RandomNumberGenerator.GetBytes(MlKem768.SeedSize));
        var ciphertext = new byte[MlKem768.CiphertextSize];
        using var sent = Of(source).Encapsulate(key.EncapsulationKey, ciphertext);
        ciphertext[500] ^= 1;
        using var first = key.Decapsulate(ciphertext);
        using var second = key.Decapsulate(ciphertext);
        Assert.That(first.Span.ToArray(), Is.Not.EqualTo(sent.Span.ToArray()));
        Assert.That(second.Span.ToArray(), Is.EqualTo(first.Span.ToArray()));
    }

    [TestCaseSource(nameof(s_sources))]
    public void Each_encapsulation_has_its_own_secret(string source)
    {
        using var key = Of(source).Expand(RandomNumberGenerator.GetBytes(MlKem768.SeedSize));
        var secrets = new HashSet<string>();
        for (var i = 0; i < 50; i++)
        {
            using var secret = Of(source).Encapsulate(key.EncapsulationKey, new byte[MlKem768.CiphertextSize]);
            secrets.Add(Convert.ToHexString(secret.Span));
        }

        Assert.That(secrets, Has.Count.EqualTo(50));
    }

    [TestCaseSource(nameof(s_sources))]
    public void A_disposed_key_decapsulates_nothing(string source)
    {
        var key = Of(source).Expand(RandomNumberGenerator.GetBytes(MlKem768.SeedSize));
        key.Dispose();
        Assert.That(() => key.Decapsulate(new byte[MlKem768.CiphertextSize]), Throws.TypeOf<ObjectDisposedException>());
    }

    [TestCaseSource(nameof(s_sources))]
    public void A_key_does_not_print_its_seed(string source)
    {
        var seed = RandomNumberGenerator.GetBytes(MlKem768.SeedSize);
        using var key = Of(source).Expand(seed);
        Assert.That(key.ToString(), Is.EqualTo($"[ML-KEM-768 key of {Convert.ToHexString(key.EncapsulationKey[..8])}…]"));
    }

    [Test]
    public void Both_sources_of_SHA3_give_the_same()
    {
        foreach (var size in (int[])[0, 1, 135, 136, 137, 1_000])
        {
            var input = RandomNumberGenerator.GetBytes(size);
            var (hash, output) = (new byte[32], new byte[500]);
            Sha3.BouncyCastleSha3256(input, hash);
            Sha3.BouncyCastleShake256(input, output);
            var (ourHash, ourOutput) = (new byte[32], new byte[500]);
            Sha3.Sha3256(input, ourHash);
            Sha3.Shake256(input, ourOutput);
            Assert.That(ourHash, Is.EqualTo(hash), $"{size} bytes");
            Assert.That(ourOutput, Is.EqualTo(output), $"{size} bytes");
        }

        // FIPS 202: SHA3-256 of nothing.
        var empty = new byte[32];
        Sha3.BouncyCastleSha3256([], empty);
        Assert.That(Convert.ToHexStringLower(empty), Is.EqualTo("a7ffc6f8bf1ed76651c14756a061d662f580ff4de43b49fa82d80a4b80f8434a"));
    }

    private static MlKem768 Of(string source) => source == "platform" ? new PlatformMlKem768() : new BouncyCastleMlKem768();
}

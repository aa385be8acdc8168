using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace E2EKafka;

/// <summary>A foreign peer: npm <c>hpke</c> with <c>@panva/hpke-noble</c>. <c>Vectors/hpke_npm.mjs</c> is its side.</summary>
[TestFixture]
public sealed class ForeignHpkeTests
{
    [Test]
    public void Opens_what_the_foreign_peer_sealed()
    {
        var opened = new Dictionary<string, int>();
        foreach (var vector in JsonDocument.Parse(TestVectors.Read("hpke_npm.json")).RootElement.GetProperty("vectors").EnumerateArray())
        {
            var kem = HpkeKem.Find(vector.GetProperty("algorithm").GetString()!)!;
            using var key = kem.Import(Bytes("privateKey"));
            using var derived = kem == HpkeKem.P256
                ? HpkeVectorTests.DeriveKeyPair(Bytes("ikm"))
                : kem.Import(HpkeVectorTests.DeriveSeed(Bytes("ikm")));
            Assert.That(key.PublicKey.Encoded.ToArray(), Is.EqualTo(Bytes("publicKey")));
            Assert.That(derived.PublicKey, Is.EqualTo(key.PublicKey));
            Assert.That(HpkePublicKey.TryImport(Bytes("publicKey"), out _));

            using var plaintext = Hpke.TryOpen(key, Bytes("info"), Bytes("aad"), [.. Bytes("enc"), .. Bytes("ciphertext")]);
            Assert.That(plaintext?.Span.ToArray(), Is.EqualTo(Bytes("plaintext")));
            Assert.That(Hpke.TryOpen(key, [.. Bytes("info"), 0], Bytes("aad"), [.. Bytes("enc"), .. Bytes("ciphertext")]), Is.Null);
            opened[kem.Algorithm] = opened.GetValueOrDefault(kem.Algorithm) + 1;

            byte[] Bytes(string name) => Convert.FromHexString(vector.GetProperty(name).GetString()!);
        }

        Assert.That(opened, Is.EqualTo(new Dictionary<string, int> { [KeyAlgorithms.MlKem768P256] = 3, [KeyAlgorithms.P256] = 3 }));
    }

    [Test]
    public void The_foreign_peer_opened_what_we_sealed()
    {
        var opened = new Dictionary<string, int>();
        foreach (var vector in JsonDocument.Parse(TestVectors.Read("hpke_opened_by_npm.json")).RootElement.GetProperty("vectors").EnumerateArray())
        {
            var kem = HpkeKem.Find(vector.GetProperty("algorithm").GetString()!)!;
            using var key = kem.Import(Bytes("privateKey"));
            using var plaintext = Hpke.TryOpen(key, Bytes("info"), Bytes("aad"), [.. Bytes("enc"), .. Bytes("ciphertext")]);
            Assert.That(plaintext?.Span.ToArray(), Is.EqualTo(Bytes("plaintext")));
            opened[kem.Algorithm] = opened.GetValueOrDefault(kem.Algorithm) + 1;

            byte[] Bytes(string name) => Convert.FromHexString(vector.GetProperty(name).GetString()!);
        }

        Assert.That(opened, Is.EqualTo(new Dictionary<string, int> { [KeyAlgorithms.MlKem768P256] = 3, [KeyAlgorithms.P256] = 3 }));
    }

    /// <summary>Prints the input of <c>node hpke_npm.mjs open</c>, and opens each message by the parts that it prints.</summary>
    [Test]
    public void Seals_for_the_foreign_peer()
    {
        var vectors = new JsonArray();
        foreach (var kem in HpkeKem.All)
        {
            foreach (var size in (int[])[0, 32, 300])
            {
                using var key = kem.Generate();
                using var secret = key.Export();
                var plaintext = RandomNumberGenerator.GetBytes(size);
                var message = Hpke.Seal(key.PublicKey, "info"u8, "aad"u8, plaintext);
                Assert.That(message, Has.Length.EqualTo(kem.EncSize + size + 16));
                using var printed = kem.Import(secret.Span);
                using var opened = Hpke.TryOpen(printed, "info"u8, "aad"u8, message);
                Assert.That(opened?.Span.ToArray(), Is.EqualTo(plaintext));
                vectors.Add(new JsonObject
                {
                    ["algorithm"] = kem.Algorithm,
                    ["privateKey"] = Convert.ToHexStringLower(secret.Span),
                    ["info"] = Convert.ToHexStringLower("info"u8),
                    ["aad"] = Convert.ToHexStringLower("aad"u8),
                    ["plaintext"] = Convert.ToHexStringLower(plaintext),
                    ["enc"] = Convert.ToHexStringLower(message.AsSpan(..kem.EncSize)),
                    ["ciphertext"] = Convert.ToHexStringLower(message.AsSpan(kem.EncSize..)),
                });
            }
        }

        TestContext.Out.WriteLine(new JsonObject { ["vectors"] = vectors }.ToJsonString());
    }
}

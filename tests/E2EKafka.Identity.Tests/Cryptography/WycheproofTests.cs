using System.Security.Cryptography;
using System.Text.Json;

namespace E2EKafka;

/// <summary>Holds the platform's primitives, as this library calls them, to the vectors of the Wycheproof project.</summary>
[TestFixture]
public sealed class WycheproofTests
{
    [Test]
    public void AesGcm_agrees()
    {
        var checkedCount = 0;
        foreach (var (group, test) in Tests("wycheproof_aes_gcm_test.json"))
        {
            // The platform has nonces of 96 bits and nothing else, and so have we.
            if (group.GetProperty("ivSize").GetInt32() != 96 || group.GetProperty("tagSize").GetInt32() != 128)
                continue;

            using var aead = new AesGcm(Hex(test, "key"), 16);
            var (nonce, aad, ciphertext, tag, plaintext) = (Hex(test, "iv"), Hex(test, "aad"), Hex(test, "ct"), Hex(test, "tag"), Hex(test, "msg"));
            var output = new byte[ciphertext.Length];
            if (IsValid(test))
            {
                aead.Decrypt(nonce, ciphertext, tag, output, aad);
                Assert.That(output, Is.EqualTo(plaintext), Name(test));
                var newTag = new byte[16];
                aead.Encrypt(nonce, plaintext, output, newTag, aad);
                Assert.That(output, Is.EqualTo(ciphertext), Name(test));
                Assert.That(newTag, Is.EqualTo(tag), Name(test));
            }
            else
            {
                Assert.That(() => aead.Decrypt(nonce, ciphertext, tag, output, aad), Throws.InstanceOf<AuthenticationTagMismatchException>(), Name(test));
            }

            checkedCount++;
        }

        Assert.That(checkedCount, Is.GreaterThan(100));
    }

    [Test]
    public void Ecdsa_agrees()
    {
        var checkedCount = 0;
        foreach (var (group, test) in Tests("wycheproof_ecdsa_secp256r1_sha256_p1363_test.json"))
        {
            var point = Hex(group.GetProperty("publicKey"), "uncompressed");
            using var key = ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = point[1..33], Y = point[33..] },
            });
            var verified = key.VerifyData(Hex(test, "msg"), Hex(test, "sig"), HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            Assert.That(verified, Is.EqualTo(IsValid(test)), Name(test));
            checkedCount++;
        }

        Assert.That(checkedCount, Is.GreaterThan(200));
    }

    [Test]
    public void Hkdf_agrees()
    {
        var checkedCount = 0;
        foreach (var (_, test) in Tests("wycheproof_hkdf_sha256_test.json"))
        {
            var size = test.GetProperty("size").GetInt32();
            byte[] Derive() => HKDF.DeriveKey(HashAlgorithmName.SHA256, Hex(test, "ikm"), size, Hex(test, "salt"), Hex(test, "info"));
            if (IsValid(test))
                Assert.That(Derive(), Is.EqualTo(Hex(test, "okm")), Name(test));
            else
                Assert.That(Derive, Throws.InstanceOf<ArgumentException>(), Name(test));
            checkedCount++;
        }

        Assert.That(checkedCount, Is.GreaterThan(80));
    }

    private static IEnumerable<(JsonElement Group, JsonElement Test)> Tests(string file) =>
        from @group in JsonDocument.Parse(TestVectors.Read(file)).RootElement.GetProperty("testGroups").EnumerateArray()
        from test in @group.GetProperty("tests").EnumerateArray()
        select (@group, test);

    private static byte[] Hex(JsonElement json, string name) => Convert.FromHexString(json.GetProperty(name).GetString()!);

    private static bool IsValid(JsonElement test) => test.GetProperty("result").GetString() == "valid";

    private static string Name(JsonElement test) => $"test {test.GetProperty("tcId")}: {test.GetProperty("comment").GetString()}";
}

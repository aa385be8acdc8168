using System.Security.Cryptography;
using E2EKafka.Tests;

namespace E2EKafka;

/// <summary>What holds for the keys of every KEM.</summary>
[TestFixture(KeyAlgorithms.P256, 0x0010, 65, 65)]
[TestFixture(KeyAlgorithms.MlKem768P256, 0x0050, 1249, 1153)]
public sealed class HpkeKemTests(string algorithm, int id, int publicKeySize, int encSize)
{
    private const int Rounds = 10_000;

    private HpkeKem Kem { get; } = HpkeKem.Find(algorithm)!;

    [Test]
    public void Its_sizes_and_names_are_those_of_the_registry() => Assert.Multiple(() =>
    {
        Assert.That(Kem.Algorithm, Is.EqualTo(algorithm));
        Assert.That(Kem.Id, Is.EqualTo(id));
        Assert.That(Kem.PublicKeySize, Is.EqualTo(publicKeySize));
        Assert.That(Kem.EncSize, Is.EqualTo(encSize));
        Assert.That(Kem.Overhead, Is.EqualTo(encSize + 16));
        Assert.That(Kem.SuiteId.ToArray(), Is.EqualTo((byte[])[.. "KEM"u8, 0, (byte)id]));
        Assert.That(Kem.Suite.Id.ToArray(), Is.EqualTo((byte[])[.. "HPKE"u8, 0, (byte)id, 0, 1, 0, 2]));
        Assert.That(HpkeKem.Find((ushort)id), Is.SameAs(Kem));
        Assert.That(HpkeKem.Find("P256"), Is.Null);
        Assert.That(HpkeKem.Find(0x0020), Is.Null);
        Assert.That(Kem.ToString(), Is.EqualTo(algorithm));
    });

    [Test]
    public void The_length_of_a_public_key_tells_its_KEM()
    {
        using var key = Kem.Generate();
        Assert.That(HpkePublicKey.TryImport(key.PublicKey.Encoded, out var imported));
        Assert.That(imported, Is.EqualTo(key.PublicKey));
        Assert.That(imported!.GetHashCode(), Is.EqualTo(key.PublicKey.GetHashCode()));
        Assert.That(imported.Kem, Is.SameAs(Kem));
        Assert.That(imported.Encoded.Length, Is.EqualTo(publicKeySize));
        for (var length = 0; length < publicKeySize + 100; length++)
        {
            var other = new byte[length];
            key.PublicKey.Encoded[..Math.Min(length, publicKeySize)].CopyTo(other);
            Assert.That(HpkePublicKey.TryImport(other, out _), Is.EqualTo(length == publicKeySize), $"{length} bytes");
            Assert.That(Kem.TryImport(other) is not null, Is.EqualTo(length == publicKeySize), $"{length} bytes");
        }
    }

    [Test]
    public void A_private_key_survives_the_vault_and_no_other_bytes_are_one()
    {
        using var key = Kem.Generate();
        using var stored = key.Store();
        using var restored = HpkePrivateKey.TryRestore(stored.Span);
        Assert.That(restored!.PublicKey, Is.EqualTo(key.PublicKey));
        Assert.That(stored.Length, Is.EqualTo(HpkePrivateKey.StoredSize).And.EqualTo(34));
        Assert.That(stored.Span[..2].ToArray(), Is.EqualTo((byte[])[0, (byte)id]));

        byte[] ofAnotherKem = [0, 0x20, .. stored.Span[2..]];
        Assert.That(HpkePrivateKey.TryRestore(ofAnotherKem), Is.Null);
        for (var length = 0; length < HpkePrivateKey.StoredSize + 100; length++)
        {
            if (length != HpkePrivateKey.StoredSize)
                Assert.That(HpkePrivateKey.TryRestore([.. stored.Span[..Math.Min(length, stored.Length)], .. new byte[Math.Max(0, length - stored.Length)]]), Is.Null, $"{length} bytes");
        }
    }

    [TestCase(0)]
    [TestCase(31)]
    [TestCase(33)]
    [TestCase(1249)]
    public void A_private_key_of_another_size_is_refused(int size) => Assert.That(
        () => Kem.Import([.. Enumerable.Repeat((byte)1, size)]), Throws.TypeOf<CryptographicException>().With.Message.StartsWith("Not a "));

    [Test]
    public void An_encapsulation_of_any_other_length_is_refused()
    {
        using var key = Kem.Generate();
        using var encapsulation = key.PublicKey.Encapsulate();
        Assert.That(encapsulation.Enc, Has.Length.EqualTo(encSize));
        for (var length = 0; length < encSize + 100; length++)
        {
            byte[] other = [.. encapsulation.Enc.Take(length), .. new byte[Math.Max(0, length - encSize)]];
            using var secret = key.TryDecapsulate(other);
            Assert.That(secret is not null, Is.EqualTo(length == encSize), $"{length} bytes");
        }
    }

    [Test]
    public void A_disposed_private_key_opens_nothing()
    {
        var key = Kem.Generate();
        using var encapsulation = key.PublicKey.Encapsulate();
        key.Dispose();
        Assert.That(() => key.TryDecapsulate(encapsulation.Enc), Throws.TypeOf<ObjectDisposedException>());
        Assert.That(() => key.Export(), Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void A_private_key_does_not_print_itself()
    {
        using var key = Kem.Generate();
        using var secret = key.Export();
        Assert.That(key.ToString(), Does.StartWith("[private key of ").And.Not.Contain(Convert.ToHexString(secret.Span)[..8]));
    }

    [Test]
    public void Any_change_of_a_public_key_is_refused_or_is_a_key_that_is_sealed_to()
    {
        var generator = new SeededGenerator(7);
        using var key = Kem.Generate();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < Rounds; round++)
        {
            var changed = Change(key.PublicKey.Encoded.ToArray(), generator);
            var isKey = false;
            HpkePublicKey? imported = null;
            Assert.That(() => isKey = HpkePublicKey.TryImport(changed, out imported), Throws.Nothing, $"round {round}");
            if (!isKey)
                continue;

            Assert.That(imported!.Encoded.ToArray(), Is.EqualTo(changed), "one key, one encoding");

            // Every hundredth: what cannot be opened is no answer to a bad key, and costs more than refusing it.
            if (round % 100 == 0)
                Assert.That(() => Hpke.Seal(imported, "info"u8, "aad"u8, "key"u8), Throws.Nothing, $"round {round}");
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(Rounds * 100_000L), "bytes allocated");
    }

    [Test]
    public void Any_change_of_what_is_sealed_does_not_open()
    {
        var generator = new SeededGenerator(8);
        using var key = Kem.Generate();
        var message = Hpke.Seal(key.PublicKey, "info"u8, "aad"u8, "a session key, 32 bytes of secret"u8);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var round = 0; round < Rounds; round++)
        {
            byte[] changed = [.. Change(message[..Kem.EncSize], generator), .. message[Kem.EncSize..]];
            if (changed.AsSpan().SequenceEqual(message))
                continue;

            SecretBytes? opened = null;
            Assert.That(() => opened = Hpke.TryOpen(key, "info"u8, "aad"u8, changed), Throws.Nothing, $"round {round}");
            Assert.That(opened, Is.Null, $"round {round}");
        }

        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(Rounds * 100_000L), "bytes allocated");
    }

    // Bits, bytes, extremes, a part of it elsewhere, a half in place of the other, points that are none, and lengths.
    private static byte[] Change(byte[] bytes, SeededGenerator generator)
    {
        var point = bytes.Length - P256PublicKey.Size;
        var at = generator.Next(bytes.Length);
        switch (generator.Next(10))
        {
            case 0:
                bytes[at] ^= (byte)(1 << generator.Next(8));
                break;
            case 1:
                bytes[at] = (byte)generator.Next(256);
                break;
            case 2:
                bytes.AsSpan(at, generator.Next(bytes.Length - at)).Fill(generator.Pick((byte[])[0x00, 0xFF]));
                break;
            case 3:
                var length = generator.Next(bytes.Length - at);
                bytes.AsSpan(at, length).CopyTo(bytes.AsSpan(generator.Next(bytes.Length - length)));
                break;
            case 4:
                bytes[point] = (byte)generator.Next(256);
                break;
            case 5:
                generator.Bytes(64).CopyTo(bytes, point + 1);
                break;
            case 6:
                bytes[point + 1 + generator.Next(64)] ^= (byte)(1 << generator.Next(8));
                break;
            case 7:
                generator.Bytes(point).CopyTo(bytes, 0);
                break;
            case 8:
                bytes.AsSpan(point + 1, 32).CopyTo(bytes.AsSpan(point + 33));
                break;
            default:
                return generator.Bytes(generator.Next(2 * bytes.Length));
        }

        return bytes;
    }
}

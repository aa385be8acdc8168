using System.Security.Cryptography;

namespace E2EKafka;

[TestFixture(KeyAlgorithms.P256)]
[TestFixture(KeyAlgorithms.MlKem768P256)]
public sealed class HpkeTests(string algorithm) : IDisposable
{
    private static readonly byte[] s_info = "info"u8.ToArray();
    private static readonly byte[] s_aad = "aad"u8.ToArray();

    private readonly HpkePrivateKey _recipient = HpkeKem.Find(algorithm)!.Generate();

    private HpkeKem Kem => _recipient.Kem;

    public void Dispose() => _recipient.Dispose();

    [TestCase(0)]
    [TestCase(1)]
    [TestCase(32)]
    [TestCase(300_000)]
    public void Opens_what_was_sealed(int size)
    {
        var plaintext = RandomNumberGenerator.GetBytes(size);
        var message = Hpke.Seal(_recipient.PublicKey, s_info, s_aad, plaintext);
        using var opened = Hpke.TryOpen(_recipient, s_info, s_aad, message);

        Assert.That(message, Has.Length.EqualTo(size + Kem.Overhead));
        Assert.That(opened!.Span.ToArray(), Is.EqualTo(plaintext));
    }

    [Test]
    public void A_key_schedule_and_an_encapsulation_take_their_secrets_with_them()
    {
        var encapsulation = _recipient.PublicKey.Encapsulate();
        var schedule = new HpkeKeySchedule(Kem.Suite, encapsulation.SharedSecret, s_info);
        schedule.Dispose();
        encapsulation.Dispose();
        foreach (var secret in (SecretBytes[])[schedule.Secret, schedule.Key, schedule.BaseNonce, encapsulation.SharedSecret])
            Assert.That(() => secret.Span.Length, Throws.TypeOf<ObjectDisposedException>());
    }

    [Test]
    public void Info_and_aad_may_be_empty()
    {
        using var opened = Hpke.TryOpen(_recipient, default, default, Hpke.Seal(_recipient.PublicKey, default, default, "key"u8));
        Assert.That(opened!.Span.ToArray(), Is.EqualTo("key"u8.ToArray()));
    }

    [Test]
    public void Every_seal_has_its_own_ephemeral_key()
    {
        var seals = Enumerable.Range(0, 50).Select(_ => Convert.ToHexString(Hpke.Seal(_recipient.PublicKey, s_info, s_aad, "key"u8)[..Kem.EncSize]));
        Assert.That(seals.Distinct().Count(), Is.EqualTo(50));
    }

    [Test]
    public void An_exported_and_imported_key_opens()
    {
        using var exported = _recipient.Export();
        using var imported = Kem.Import(exported.Span);
        using var opened = Hpke.TryOpen(imported, s_info, s_aad, Hpke.Seal(_recipient.PublicKey, s_info, s_aad, "key"u8));

        Assert.That(exported.Length, Is.EqualTo(HpkeKem.PrivateKeySize));
        Assert.That(imported.PublicKey, Is.EqualTo(_recipient.PublicKey));
        Assert.That(opened!.Span.ToArray(), Is.EqualTo("key"u8.ToArray()));
    }

    [Test]
    public void Another_info_aad_or_key_does_not_open()
    {
        var message = Hpke.Seal(_recipient.PublicKey, s_info, s_aad, "key"u8);
        using var other = Kem.Generate();

        Assert.That(Hpke.TryOpen(_recipient, "Info"u8, s_aad, message), Is.Null);
        Assert.That(Hpke.TryOpen(_recipient, default, s_aad, message), Is.Null);
        Assert.That(Hpke.TryOpen(_recipient, s_info, "Aad"u8, message), Is.Null);
        Assert.That(Hpke.TryOpen(_recipient, s_info, default, message), Is.Null);
        Assert.That(Hpke.TryOpen(other, s_info, s_aad, message), Is.Null);
    }

    [Test]
    public void Info_and_aad_cannot_be_swapped_or_shifted()
    {
        var message = Hpke.Seal(_recipient.PublicKey, "ab"u8, "c"u8, "key"u8);
        Assert.That(Hpke.TryOpen(_recipient, "c"u8, "ab"u8, message), Is.Null);
        Assert.That(Hpke.TryOpen(_recipient, "a"u8, "bc"u8, message), Is.Null);
    }

    [Test]
    public void A_flipped_bit_in_any_byte_does_not_open()
    {
        var message = Hpke.Seal(_recipient.PublicKey, s_info, s_aad, "a session key, 32 bytes of secret"u8);
        for (var position = 0; position < message.Length; position++)
        {
            var altered = (byte[])message.Clone();
            altered[position] ^= (byte)(1 << (position % 8));
            Assert.That(Hpke.TryOpen(_recipient, s_info, s_aad, altered), Is.Null, $"byte {position}");
        }
    }

    [Test]
    public void Any_length_of_any_bytes_does_not_open()
    {
        var size = Kem.Overhead + 100;
        var message = Hpke.Seal(_recipient.PublicKey, s_info, s_aad, RandomNumberGenerator.GetBytes(100));
        for (var length = 0; length <= size; length++)
        {
            Assert.That(Hpke.TryOpen(_recipient, s_info, s_aad, new byte[length]), Is.Null, $"{length} zeroes");
            Assert.That(Hpke.TryOpen(_recipient, s_info, s_aad, RandomNumberGenerator.GetBytes(length)), Is.Null, $"{length} random bytes");
            if (length < size)
                Assert.That(Hpke.TryOpen(_recipient, s_info, s_aad, message.AsSpan(..length)), Is.Null, $"cut to {length} bytes");
        }

        Assert.That(Hpke.TryOpen(_recipient, s_info, s_aad, [.. message, 0]), Is.Null, "one byte more");
    }

    [Test]
    public void A_valid_encapsulation_with_any_rest_does_not_open()
    {
        using var encapsulation = _recipient.PublicKey.Encapsulate();
        for (var length = 0; length <= 200; length++)
        {
            byte[] message = [.. encapsulation.Enc, .. RandomNumberGenerator.GetBytes(length)];
            Assert.That(Hpke.TryOpen(_recipient, s_info, s_aad, message), Is.Null);
        }
    }

    [Test]
    public void A_suite_does_not_open_what_another_sealed()
    {
        using var encapsulation = _recipient.PublicKey.Encapsulate();
        foreach (var other in (HpkeSuite[])[new(Kem, aeadId: 0x0003, keySize: 32), HpkeKem.All.Single(kem => kem != Kem).Suite])
        {
            var message = Hpke.Seal(other, encapsulation, s_info, s_aad, "key"u8);
            Assert.That(Hpke.TryOpen(_recipient, s_info, s_aad, message), Is.Null);
        }

        using var opened = Hpke.TryOpen(_recipient, s_info, s_aad, Hpke.Seal(Kem.Suite, encapsulation, s_info, s_aad, "key"u8));
        Assert.That(opened, Is.Not.Null, "else the rest proves nothing");
    }
}

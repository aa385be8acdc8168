using System.Buffers.Binary;
using System.Security.Cryptography;

namespace E2EKafka;

[TestFixture]
public sealed class HpkeVectorTests
{
    private const int TagSize = 16;

    [Test]
    public void Holds_the_vectors_of_the_RFC()
    {
        var count = 0;
        foreach (var vector in HpkeVector.All())
        {
            using var ephemeral = DeriveKeyPair(vector.Bytes("ikmE"));
            using var recipient = DeriveKeyPair(vector.Bytes("ikmR"));
            KeysAreThoseOfTheVector(vector, ephemeral, "skEm", "pkEm");
            KeysAreThoseOfTheVector(vector, recipient, "skRm", "pkRm");

            using var sent = HpkeKem.Encapsulate(recipient.PublicKey, ephemeral);
            using var received = HpkeKem.Decapsulate(ephemeral.PublicKey, recipient);
            Assert.That(sent.Span.ToArray(), Is.EqualTo(vector.Bytes("shared_secret")));
            Assert.That(received.Span.ToArray(), Is.EqualTo(vector.Bytes("shared_secret")));

            using var schedule = new HpkeKeySchedule(vector.Suite, sent, vector.Bytes("info"));
            Assert.That(schedule.Context, Is.EqualTo(vector.Bytes("key_schedule_context")));
            Assert.That(schedule.Secret.Span.ToArray(), Is.EqualTo(vector.Bytes("secret")));
            Assert.That(schedule.Key.Span.ToArray(), Is.EqualTo(vector.Bytes("key")));
            Assert.That(schedule.BaseNonce.Span.ToArray(), Is.EqualTo(vector.Bytes("base_nonce")));

            foreach (var message in vector.Messages)
            {
                Assert.That(Nonce(schedule, message.Sequence), Is.EqualTo(message.Nonce));
                Assert.That(Encrypt(vector, schedule, message), Is.EqualTo(message.Ciphertext));
            }

            if (vector.AeadId == 1)
                SingleShotIsTheFirstMessage(vector, ephemeral, recipient);
            count++;
        }

        Assert.That(count, Is.EqualTo(2));
    }

    private static void KeysAreThoseOfTheVector(HpkeVector vector, HpkePrivateKey key, string scalar, string point)
    {
        using var exported = key.Export();
        Assert.That(exported.Span.ToArray(), Is.EqualTo(vector.Bytes(scalar)));
        Assert.That(key.PublicKey.Encoded.ToArray(), Is.EqualTo(vector.Bytes(point)));
    }

    private static void SingleShotIsTheFirstMessage(HpkeVector vector, HpkePrivateKey ephemeral, HpkePrivateKey recipient)
    {
        var first = vector.Messages.First();
        var info = vector.Bytes("info");
        byte[] expected = [.. vector.Bytes("enc"), .. first.Ciphertext];

        Assert.That(Hpke.Seal(vector.Suite, recipient.PublicKey, ephemeral, info, first.Aad, first.Plaintext), Is.EqualTo(expected));
        using var opened = Hpke.TryOpen(vector.Suite, recipient, info, first.Aad, expected);
        Assert.That(opened!.Span.ToArray(), Is.EqualTo(first.Plaintext));
    }

    // ComputeNonce of RFC 9180 section 5.2.
    private static byte[] Nonce(HpkeKeySchedule schedule, ulong sequence)
    {
        var nonce = schedule.BaseNonce.Span.ToArray();
        var low = nonce.AsSpan(^sizeof(ulong)..);
        BinaryPrimitives.WriteUInt64BigEndian(low, BinaryPrimitives.ReadUInt64BigEndian(low) ^ sequence);
        return nonce;
    }

    private static byte[] Encrypt(HpkeVector vector, HpkeKeySchedule schedule, HpkeVectorMessage message)
    {
        var output = new byte[message.Plaintext.Length + TagSize];
        var ciphertext = output.AsSpan(..^TagSize);
        var tag = output.AsSpan(^TagSize..);
        if (vector.AeadId == 1)
        {
            using var aead = new AesGcm(schedule.Key.Span, TagSize);
            aead.Encrypt(message.Nonce, message.Plaintext, ciphertext, tag, message.Aad);
        }
        else
        {
            using var aead = new ChaCha20Poly1305(schedule.Key.Span);
            aead.Encrypt(message.Nonce, message.Plaintext, ciphertext, tag, message.Aad);
        }

        return output;
    }

    // DeriveKeyPair of RFC 9180 section 7.1.3 for P-256. Only vectors need it: the library's keys are random.
    private static HpkePrivateKey DeriveKeyPair(byte[] ikm)
    {
        using var prk = HpkeKdf.LabeledExtract(HpkeKem.SuiteId, salt: null, "dkp_prk"u8, ikm);
        using var candidate = HpkeKdf.LabeledExpand(prk, HpkeKem.SuiteId, "candidate"u8, [0], HpkePrivateKey.Size);
        return HpkePrivateKey.Import(candidate.Span);
    }
}

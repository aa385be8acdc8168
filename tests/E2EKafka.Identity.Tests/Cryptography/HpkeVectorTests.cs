using System.Buffers.Binary;
using System.Security.Cryptography;
using Org.BouncyCastle.Security;

namespace E2EKafka;

[TestFixture]
public sealed class HpkeVectorTests
{
    [Test]
    public void Holds_the_vectors_of_the_RFC()
    {
        var count = 0;
        foreach (var vector in HpkeVector.OfRfc9180())
        {
            using var ephemeral = DeriveKeyPair(vector.Bytes("ikmE"));
            using var recipient = DeriveKeyPair(vector.Bytes("ikmR"));
            KeysAreThoseOfTheVector(vector, ephemeral, "skEm", "pkEm");
            KeysAreThoseOfTheVector(vector, recipient, "skRm", "pkRm");

            using var sent = DhKemP256.Encapsulate(recipient.PublicKey, ephemeral);
            using (var schedule = new HpkeKeySchedule(vector.Suite, sent.SharedSecret, vector.Bytes("info")))
            {
                Assert.That(schedule.Context, Is.EqualTo(vector.Bytes("key_schedule_context")));
                Assert.That(schedule.Secret.Span.ToArray(), Is.EqualTo(vector.Bytes("secret")));
            }

            Holds(vector, sent, recipient);
            count++;
        }

        Assert.That(count, Is.EqualTo(2));
    }

    [Test]
    public void Holds_the_vectors_of_the_draft_for_the_hybrid_KEM()
    {
        var vectors = HpkeVector.OfHybrid();
        Assert.That(vectors, Has.Count.EqualTo(1));
        foreach (var vector in vectors)
        {
            Assert.That(vector.Suite.Id.ToArray(), Is.EqualTo(vector.Bytes("suite_id")));
            using var derived = HpkeKem.MlKem768P256.Import(DeriveSeed(vector.Bytes("ikmR")));
            using var imported = HpkeKem.MlKem768P256.Import(vector.Bytes("skRm"));
            KeysAreThoseOfTheVector(vector, derived, "skRm", "pkRm");
            KeysAreThoseOfTheVector(vector, imported, "skRm", "pkRm");
            Assert.That(HpkePublicKey.TryImport(vector.Bytes("pkRm"), out var recipient), Is.True);

            // EncapsDerand: 32 bytes for ML-KEM, then the candidates for the ephemeral scalar.
            var random = vector.Bytes("ikmE");
            var key = (MlKem768P256PublicKey)recipient!;
            var ciphertext = new byte[MlKem768.CiphertextSize];
            using var mlKem = BouncyCastleMlKem768.Encapsulate(key.EncapsulationKey, ciphertext, new FixedRandom(random[..32]));
            using var ephemeral = P256PrivateKey.Import(random.AsSpan(32, P256PrivateKey.Size));
            using var sent = key.Encapsulate(ciphertext, mlKem, ephemeral);
            Holds(vector, sent, derived);
        }
    }

    private static void Holds(HpkeVector vector, HpkeEncapsulation sent, HpkePrivateKey recipient)
    {
        using var received = recipient.TryDecapsulate(vector.Bytes("enc"));
        Assert.That(sent.Enc, Is.EqualTo(vector.Bytes("enc")));
        Assert.That(sent.SharedSecret.Span.ToArray(), Is.EqualTo(vector.Bytes("shared_secret")));
        Assert.That(received!.Span.ToArray(), Is.EqualTo(vector.Bytes("shared_secret")));

        using var schedule = new HpkeKeySchedule(vector.Suite, received, vector.Bytes("info"));
        Assert.That(schedule.Key.Span.ToArray(), Is.EqualTo(vector.Bytes("key")));
        Assert.That(schedule.BaseNonce.Span.ToArray(), Is.EqualTo(vector.Bytes("base_nonce")));
        Assert.That(vector.Messages, Is.Not.Empty);
        foreach (var message in vector.Messages)
        {
            Assert.That(Nonce(schedule, message.Sequence), Is.EqualTo(message.Nonce));
            Assert.That(Encrypt(vector, schedule, message), Is.EqualTo(message.Ciphertext));
        }

        if (vector.AeadId == 1)
            SingleShotIsTheFirstMessage(vector, sent, recipient);
    }

    private static void KeysAreThoseOfTheVector(HpkeVector vector, HpkePrivateKey key, string scalar, string point)
    {
        using var exported = key.Export();
        Assert.That(exported.Span.ToArray(), Is.EqualTo(vector.Bytes(scalar)));
        Assert.That(key.PublicKey.Encoded.ToArray(), Is.EqualTo(vector.Bytes(point)));
    }

    private static void SingleShotIsTheFirstMessage(HpkeVector vector, HpkeEncapsulation sent, HpkePrivateKey recipient)
    {
        var first = vector.Messages.First();
        var info = vector.Bytes("info");
        byte[] expected = [.. vector.Bytes("enc"), .. first.Ciphertext];

        Assert.That(Hpke.Seal(vector.Suite, sent, info, first.Aad, first.Plaintext), Is.EqualTo(expected));
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
        var output = new byte[message.Plaintext.Length + Hpke.TagSize];
        var ciphertext = output.AsSpan(..^Hpke.TagSize);
        var tag = output.AsSpan(^Hpke.TagSize..);
        if (vector.AeadId == 1)
        {
            using var aead = new AesGcm(schedule.Key.Span, Hpke.TagSize);
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
    internal static P256PrivateKey DeriveKeyPair(byte[] ikm)
    {
        var suiteId = HpkeKem.P256.SuiteId;
        using var prk = HpkeKdf.LabeledExtract(suiteId, salt: null, "dkp_prk"u8, ikm);
        using var candidate = HpkeKdf.LabeledExpand(prk, suiteId, "candidate"u8, [0], P256PrivateKey.Size);
        return P256PrivateKey.Import(candidate.Span);
    }

    // DeriveKeyPair of draft-ietf-hpke-pq section 4: SHAKE256.LabeledDerive(ikm, "DeriveKeyPair", "", 32).
    internal static byte[] DeriveSeed(byte[] ikm)
    {
        var seed = new byte[HpkeKem.PrivateKeySize];
        Sha3.Shake256([.. ikm, .. "HPKE-v1"u8, .. HpkeKem.MlKem768P256.SuiteId, 0, 13, .. "DeriveKeyPair"u8, 0, 32], seed);
        return seed;
    }

    /// <summary>The randomness of a vector, once.</summary>
    private sealed class FixedRandom(byte[] bytes) : SecureRandom
    {
        private int _taken;

        public override void NextBytes(byte[] buf) => NextBytes(buf.AsSpan());

        public override void NextBytes(byte[] buf, int off, int len) => NextBytes(buf.AsSpan(off, len));

        public override void NextBytes(Span<byte> buffer)
        {
            bytes.AsSpan(_taken, buffer.Length).CopyTo(buffer);
            _taken += buffer.Length;
        }
    }
}

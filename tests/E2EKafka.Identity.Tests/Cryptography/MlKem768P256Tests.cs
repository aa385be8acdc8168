using System.Security.Cryptography;
using System.Text;

namespace E2EKafka;

/// <summary>The hybrid: one half alone opens nothing.</summary>
[TestFixture]
public sealed class MlKem768P256Tests : IDisposable
{
    private static readonly byte[] s_info = "info"u8.ToArray();

    private readonly MlKem768P256PrivateKey _recipient = (MlKem768P256PrivateKey)HpkeKem.MlKem768P256.Generate();

    public void Dispose() => _recipient.Dispose();

    [Test]
    public void Only_both_halves_together_open()
    {
        using var stranger = (MlKem768P256PrivateKey)HpkeKem.MlKem768P256.Generate();
        using var encapsulation = _recipient.PublicKey.Encapsulate();
        var message = Hpke.Seal(HpkeKem.MlKem768P256.Suite, encapsulation, s_info, default, "key"u8);
        var (ciphertext, point) = (encapsulation.Enc[..MlKem768.CiphertextSize], encapsulation.Enc[MlKem768.CiphertextSize..]);
        Assert.That(P256PublicKey.TryImport(point, out var ephemeral));

        using var mlKem = _recipient.MlKem.Decapsulate(ciphertext);
        using var ecdh = _recipient.Scalar.Agree(ephemeral!);
        using var strangersMlKem = stranger.MlKem.Decapsulate(ciphertext);
        using var strangersEcdh = stranger.Scalar.Agree(ephemeral!);
        using var zeros = SecretBytes.CopyOf(new byte[32]);
        Assert.Multiple(() =>
        {
            Assert.That(Opens(mlKem, ecdh), "else the rest proves nothing");
            foreach (var wrong in (SecretBytes[])[strangersEcdh, strangersMlKem, zeros, mlKem])
                Assert.That(Opens(mlKem, wrong), Is.False, "ML-KEM broken, ECDH not");
            foreach (var wrong in (SecretBytes[])[strangersMlKem, strangersEcdh, zeros, ecdh])
                Assert.That(Opens(wrong, ecdh), Is.False, "ECDH broken, ML-KEM not");
            Assert.That(Opens(ecdh, mlKem), Is.False, "each in the other's place");
        });

        // An attacker that knows these two shared secrets opens so, with the public rest of the transcript.
        bool Opens(SecretBytes first, SecretBytes second)
        {
            using var shared = MlKem768P256.Combine(first, second, ephemeral!, _recipient.PublicKey.Point);
            using var schedule = new HpkeKeySchedule(HpkeKem.MlKem768P256.Suite, shared, s_info);
            using var aead = new AesGcm(schedule.Key.Span, Hpke.TagSize);
            try
            {
                aead.Decrypt(schedule.BaseNonce.Span, message.AsSpan(1153..^16), message.AsSpan(^16..), new byte[3]);
                return true;
            }
            catch (AuthenticationTagMismatchException)
            {
                return false;
            }
        }
    }

    [Test]
    public void One_half_of_another_encapsulation_does_not_open()
    {
        var message = Hpke.Seal(_recipient.PublicKey, s_info, default, "key"u8);
        using var other = _recipient.PublicKey.Encapsulate();
        byte[] otherCiphertext = [.. other.Enc[..1088], .. message[1088..]];
        byte[] otherPoint = [.. message[..1088], .. other.Enc[1088..], .. message[1153..]];
        using var opened = Hpke.TryOpen(_recipient, s_info, default, message);
        Assert.Multiple(() =>
        {
            Assert.That(opened, Is.Not.Null, "else the rest proves nothing");
            Assert.That(Hpke.TryOpen(_recipient, s_info, default, otherCiphertext), Is.Null);
            Assert.That(Hpke.TryOpen(_recipient, s_info, default, otherPoint), Is.Null);
        });
    }

    [Test]
    public void The_combiner_is_SHA3_256_of_both_secrets_both_points_and_the_label()
    {
        using var ephemeral = P256PrivateKey.Generate();
        using var mlKem = SecretBytes.Random(32);
        using var ecdh = SecretBytes.Random(32);
        using var combined = MlKem768P256.Combine(mlKem, ecdh, ephemeral.PublicKey, _recipient.PublicKey.Point);
        byte[] input =
        [
            .. mlKem.Span, .. ecdh.Span, .. ephemeral.PublicKey.Encoded, .. _recipient.PublicKey.Encoded[1184..], .. Encoding.ASCII.GetBytes("MLKEM768-P256"),
        ];
        Assert.That(combined.Span.ToArray(), Is.EqualTo(SHA3_256.HashData(input)));
    }

    [Test]
    public void A_key_is_the_halves_of_its_expanded_seed()
    {
        using var seed = _recipient.Export();
        using var seeds = MlKem768P256.Expand(seed.Span);
        using var mlKem = MlKem768.Current.Expand(seeds.Span[..64]);
        using var scalar = P256PrivateKey.Import(seeds.Span.Slice(64, 32));
        Assert.Multiple(() =>
        {
            Assert.That(seeds.Span.ToArray(), Is.EqualTo(Shake256.HashData(seed.Span, 64 + 128)));
            Assert.That(_recipient.PublicKey.Encoded.ToArray(), Is.EqualTo((byte[])[.. mlKem.EncapsulationKey, .. scalar.PublicKey.Encoded]));
        });
    }

    [Test]
    public void Seed_and_both_halves_are_disposed_together()
    {
        var key = (MlKem768P256PrivateKey)HpkeKem.MlKem768P256.Generate();
        key.Dispose();
        Assert.Multiple(() =>
        {
            Assert.That(() => key.Export(), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => key.MlKem.Decapsulate(new byte[MlKem768.CiphertextSize]), Throws.TypeOf<ObjectDisposedException>());
            Assert.That(() => key.Scalar.Export(), Throws.TypeOf<ObjectDisposedException>());
        });
    }

    [Test]
    public void A_scalar_is_the_first_candidate_that_is_one()
    {
        var none = Enumerable.Repeat((byte)0xFF, 32).ToArray();
        var zero = new byte[32];
        var first = Enumerable.Repeat((byte)1, 32).ToArray();
        var second = Enumerable.Repeat((byte)2, 32).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(ScalarOf(first, second, none, none), Is.EqualTo(first));
            Assert.That(ScalarOf(none, zero, second, first), Is.EqualTo(second));
            Assert.That(ScalarOf(none, none, zero, first), Is.EqualTo(first));
            Assert.That(P256PrivateKey.IsScalar(ScalarOf(none, none, none, zero)), Is.False);
        });

        static byte[] ScalarOf(params byte[][] candidates) => MlKem768P256PrivateKey.RandomScalar([.. candidates.SelectMany(bytes => bytes)]).ToArray();
    }

    [Test]
    public void A_half_that_is_no_key_is_refused()
    {
        var encoded = _recipient.PublicKey.Encoded.ToArray();
        byte[] coefficient = [.. encoded];
        coefficient[0] = 0x01;
        coefficient[1] = (byte)((coefficient[1] & 0xF0) | 0x0D);
        byte[] largest = [.. coefficient];
        largest[0] = 0x00;
        byte[] second = [.. encoded];
        second[1] |= 0xF0;
        second[2] = 0xFF;
        byte[] last = [.. encoded];
        last[1150] |= 0xF0;
        last[1151] = 0xFF;
        byte[] matrix = [.. encoded];
        matrix.AsSpan(1152, 32).Fill(0xFF);
        byte[] point = [.. encoded];
        point[^1] ^= 1;
        Assert.Multiple(() =>
        {
            Assert.That(HpkePublicKey.TryImport(coefficient, out _), Is.False, "a coefficient of 3329");
            Assert.That(HpkePublicKey.TryImport(largest, out _), Is.True, "a coefficient of 3328");
            Assert.That(HpkePublicKey.TryImport(second, out _), Is.False, "the second coefficient");
            Assert.That(HpkePublicKey.TryImport(last, out _), Is.False, "the last coefficient");
            Assert.That(HpkePublicKey.TryImport(matrix, out _), Is.True, "the seed of the matrix is any bytes");
            Assert.That(HpkePublicKey.TryImport(point, out _), Is.False, "a point off the curve");
        });
    }
}

using System.Security.Cryptography;

namespace E2EKafka.Cryptography;

/// <summary>
/// HPKE (RFC 9180), base mode, single-shot: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. Every call makes a fresh ephemeral key,
/// so a key encrypts one message and its nonce cannot repeat. Base mode does not say who sealed: callers sign what they send.
/// </summary>
internal static class Hpke
{
    /// <summary>What sealing adds, in bytes: the ephemeral public key (65) and the tag (16).</summary>
    public const int Overhead = HpkePublicKey.Size + TagSize;

    private const int TagSize = 16;

    /// <summary>Seals to a recipient: enc (65) ‖ ciphertext ‖ tag (16).</summary>
    public static byte[] Seal(HpkePublicKey recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext)
    {
        using var ephemeral = HpkePrivateKey.Generate();
        return Seal(HpkeSuite.Aes256Gcm, recipient, ephemeral, info, aad, plaintext);
    }

    /// <summary>Opens what <see cref="Seal(HpkePublicKey, ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/> made; null for anything else.</summary>
    public static SecretBytes? TryOpen(HpkePrivateKey recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> message) =>
        TryOpen(HpkeSuite.Aes256Gcm, recipient, info, aad, message);

    /// <summary>For test vectors, which fix the ephemeral key. It must never seal twice.</summary>
    internal static byte[] Seal(
        HpkeSuite suite, HpkePublicKey recipient, HpkePrivateKey ephemeral, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext)
    {
        using var sharedSecret = HpkeKem.Encapsulate(recipient, ephemeral);
        using var schedule = new HpkeKeySchedule(suite, sharedSecret, info);
        using var aead = new AesGcm(schedule.Key.Span, TagSize);

        var message = new byte[Overhead + plaintext.Length];
        ephemeral.PublicKey.Encoded.CopyTo(message);
        aead.Encrypt(schedule.BaseNonce.Span, plaintext, message.AsSpan(HpkePublicKey.Size, plaintext.Length), message.AsSpan(^TagSize..), aad);
        return message;
    }

    internal static SecretBytes? TryOpen(
        HpkeSuite suite, HpkePrivateKey recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> message)
    {
        if (message.Length < Overhead || !HpkePublicKey.TryImport(message[..HpkePublicKey.Size], out var ephemeral))
            return null;

        using var sharedSecret = HpkeKem.Decapsulate(ephemeral, recipient);
        using var schedule = new HpkeKeySchedule(suite, sharedSecret, info);
        using var aead = new AesGcm(schedule.Key.Span, TagSize);
        try
        {
            return SecretBytes.Create(
                message.Length - Overhead,
                new AeadInput(aead, schedule.BaseNonce.Span, aad, message[HpkePublicKey.Size..^TagSize], message[^TagSize..]),
                static (plaintext, input) => input.Aead.Decrypt(input.Nonce, input.Ciphertext, input.Tag, plaintext, input.Aad));
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private readonly ref struct AeadInput(
        AesGcm aead, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> ciphertext, ReadOnlySpan<byte> tag)
    {
        public readonly AesGcm Aead = aead;
        public readonly ReadOnlySpan<byte> Nonce = nonce;
        public readonly ReadOnlySpan<byte> Aad = aad;
        public readonly ReadOnlySpan<byte> Ciphertext = ciphertext;
        public readonly ReadOnlySpan<byte> Tag = tag;
    }
}

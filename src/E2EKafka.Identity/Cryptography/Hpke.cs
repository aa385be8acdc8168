using System.Security.Cryptography;

namespace E2EKafka.Cryptography;

/// <summary>
/// HPKE (RFC 9180), base mode, single-shot: the recipient key's KEM, HKDF-SHA256, AES-256-GCM. Every call encapsulates afresh,
/// so a key encrypts one message and its nonce cannot repeat. Base mode does not say who sealed: callers sign what they send.
/// </summary>
internal static class Hpke
{
    /// <summary>The size of the AEAD's tag in bytes.</summary>
    public const int TagSize = 16;

    /// <summary>Seals to a recipient: enc ‖ ciphertext ‖ tag (16), <see cref="HpkeKem.Overhead"/> bytes more than the plaintext.</summary>
    public static byte[] Seal(HpkePublicKey recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext)
    {
        using var encapsulation = recipient.Encapsulate();
        return Seal(recipient.Kem.Suite, encapsulation, info, aad, plaintext);
    }

    /// <summary>Opens what <see cref="Seal(HpkePublicKey, ReadOnlySpan{byte}, ReadOnlySpan{byte}, ReadOnlySpan{byte})"/> made; null for anything else.</summary>
    public static SecretBytes? TryOpen(HpkePrivateKey recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> message) =>
        TryOpen(recipient.Kem.Suite, recipient, info, aad, message);

    /// <summary>For test vectors, which fix the encapsulation. One must never seal twice.</summary>
    internal static byte[] Seal(
        HpkeSuite suite, HpkeEncapsulation encapsulation, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> plaintext)
    {
        using var schedule = new HpkeKeySchedule(suite, encapsulation.SharedSecret, info);
        using var aead = new AesGcm(schedule.Key.Span, TagSize);

        var enc = encapsulation.Enc;
        var message = new byte[enc.Length + plaintext.Length + TagSize];
        enc.CopyTo(message, 0);
        aead.Encrypt(schedule.BaseNonce.Span, plaintext, message.AsSpan(enc.Length, plaintext.Length), message.AsSpan(^TagSize..), aad);
        return message;
    }

    internal static SecretBytes? TryOpen(
        HpkeSuite suite, HpkePrivateKey recipient, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> message)
    {
        var kem = recipient.Kem;
        if (message.Length < kem.Overhead)
            return null;

        using var sharedSecret = recipient.TryDecapsulate(message[..kem.EncSize]);
        if (sharedSecret is null)
            return null;

        using var schedule = new HpkeKeySchedule(suite, sharedSecret, info);
        using var aead = new AesGcm(schedule.Key.Span, TagSize);
        try
        {
            return SecretBytes.Create(
                message.Length - kem.Overhead,
                new AeadInput(aead, schedule.BaseNonce.Span, aad, message[kem.EncSize..^TagSize], message[^TagSize..]),
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

using System.Security.Cryptography;
using E2EKafka.Cryptography;

namespace E2EKafka.Messages;

/// <summary>
/// ECDSA P-256 over SHA-256 of: label ‖ additional data ‖ header ‖ ciphertext ‖ tag. IEEE P1363, 64 bytes.
/// For one thread at a time.
/// </summary>
internal sealed class MessageSignature(ECDsa key) : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    private static ReadOnlySpan<byte> Label => "E2EKafka/1 message\0"u8;

    public void Sign(ReadOnlySpan<byte> additionalData, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(additionalData, message, hash);
        if (!key.TrySignHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation, out var written) ||
            written != SigningPublicKey.SignatureSize)
            throw new CryptographicException("An ECDSA signature has an unexpected size.");
    }

    public bool Verify(ReadOnlySpan<byte> additionalData, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        Hash(additionalData, message, hash);
        return key.VerifyHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    public void Dispose()
    {
        _hash.Dispose();
        key.Dispose();
    }

    private void Hash(ReadOnlySpan<byte> additionalData, ReadOnlySpan<byte> message, Span<byte> hash)
    {
        _hash.AppendData(Label);
        _hash.AppendData(additionalData);
        _hash.AppendData(message);
        _hash.GetHashAndReset(hash);
    }
}

using System.Security.Cryptography;
using E2EKafka.Cryptography;

namespace E2EKafka.Messages;

/// <summary>ECDSA P-256 over a message's digest: IEEE P1363, 64 bytes. For one thread at a time.</summary>
internal sealed class MessageSignature(ECDsa key) : IMessageProof
{
    private readonly MessageDigest _digest = new();

    public void Prove(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertextAndTag, Span<byte> proof)
    {
        Span<byte> digest = stackalloc byte[MessageDigest.Size];
        _digest.Compute(associatedData, ciphertextAndTag, digest);
        if (!key.TrySignHash(digest, proof, DSASignatureFormat.IeeeP1363FixedFieldConcatenation, out var written) ||
            written != SigningPublicKey.SignatureSize)
            throw new CryptographicException("An ECDSA signature has an unexpected size.");
    }

    public bool Verify(ReadOnlySpan<byte> associatedData, ReadOnlySpan<byte> ciphertextAndTag, ReadOnlySpan<byte> proof)
    {
        Span<byte> digest = stackalloc byte[MessageDigest.Size];
        _digest.Compute(associatedData, ciphertextAndTag, digest);
        return key.VerifyHash(digest, proof, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    public void Dispose()
    {
        _digest.Dispose();
        key.Dispose();
    }
}

using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;

namespace E2EKafka.Cryptography;

/// <summary>A private key to open with. Zeroes itself when disposed. Not safe for concurrent use.</summary>
[DebuggerDisplay("{ToString(),nq}")]
internal abstract class HpkePrivateKey : IDisposable
{
    /// <summary>The size in bytes of what <see cref="Store"/> gives.</summary>
    public const int StoredSize = sizeof(ushort) + HpkeKem.PrivateKeySize;

    public abstract HpkePublicKey PublicKey { get; }

    public HpkeKem Kem => PublicKey.Kem;

    /// <summary>Takes what <see cref="Store"/> gave; <see langword="null"/> for anything else.</summary>
    public static HpkePrivateKey? TryRestore(ReadOnlySpan<byte> stored)
    {
        if (stored.Length != StoredSize || HpkeKem.Find(BinaryPrimitives.ReadUInt16BigEndian(stored)) is not { } kem)
            return null;

        try
        {
            return kem.Import(stored[sizeof(ushort)..]);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>For the vault: the KEM's identifier (2, big endian) and the private key (32).</summary>
    public SecretBytes Store()
    {
        using var key = Export();
        return SecretBytes.Concat(HpkeKdf.I2Osp(Kem.Id), key.Span);
    }

    /// <summary>The private key as its KEM serializes it (SerializePrivateKey), <see cref="HpkeKem.PrivateKeySize"/> bytes.</summary>
    public abstract SecretBytes Export();

    /// <summary>Decap: the shared secret that was encapsulated; <see langword="null"/> for an invalid <paramref name="enc"/>, of any length.</summary>
    /// <remarks>A wrong ciphertext of ML-KEM cannot be told from a right one: it gives another secret (FIPS 203, implicit rejection).</remarks>
    public abstract SecretBytes? TryDecapsulate(ReadOnlySpan<byte> enc);

    /// <summary>The public key's beginning, never the private key.</summary>
    public override string ToString() => $"[private key of {Convert.ToHexString(PublicKey.Encoded[1..9])}…]";

    public abstract void Dispose();
}

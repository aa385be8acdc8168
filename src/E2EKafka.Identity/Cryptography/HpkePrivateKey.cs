using System.Diagnostics;
using System.Security.Cryptography;

namespace E2EKafka.Cryptography;

/// <summary>
/// A P-256 private key to open with. The scalar lives in the platform's key object, which zeroes it when freed. Not safe for concurrent
/// use.
/// </summary>
[DebuggerDisplay("{ToString(),nq}")]
internal sealed class HpkePrivateKey : IDisposable
{
    /// <summary>Nsk: the size of the scalar in bytes (SerializePrivateKey of RFC 9180 section 7.1.2).</summary>
    public const int Size = 32;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly ECDiffieHellman _key;

    private HpkePrivateKey(ECDiffieHellman key)
    {
        _key = key;
        PublicKey = HpkePublicKey.Of(key);
    }

    public HpkePublicKey PublicKey { get; }

    /// <summary>The order of the curve: valid scalars are 1 to one less than it.</summary>
    private static ReadOnlySpan<byte> Order =>
    [
        0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
    ];

    public static HpkePrivateKey Generate() => new(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Takes the scalar that <see cref="Export"/> gave.</summary>
    /// <exception cref="CryptographicException">Not a private key of the curve.</exception>
    public static HpkePrivateKey Import(ReadOnlySpan<byte> scalar)
    {
        if (scalar.Length != Size || !scalar.ContainsAnyExcept((byte)0) || scalar.SequenceCompareTo(Order) >= 0)
            throw new CryptographicException("Not a P-256 private key.");

        // The platform takes an array of the exact size: pinned, so that zeroing it leaves no copy.
        var d = GC.AllocateArray<byte>(Size, pinned: true);
        try
        {
            scalar.CopyTo(d);
            return new(ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = d }));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(d);
        }
    }

    /// <summary>The scalar, <see cref="Size"/> bytes, for the vault.</summary>
    public SecretBytes Export()
    {
        var d = _key.ExportParameters(includePrivateParameters: true).D!;
        try
        {
            return SecretBytes.CopyOf(d);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(d);
        }
    }

    /// <summary>DH of RFC 9180 section 4.1: the x coordinate of the shared point, 32 bytes.</summary>
    public SecretBytes Agree(HpkePublicKey other)
    {
        using var otherKey = other.ToPlatformKey();
        using var otherPublic = otherKey.PublicKey;
        var x = _key.DeriveRawSecretAgreement(otherPublic);
        try
        {
            return SecretBytes.CopyOf(x);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(x);
        }
    }

    /// <summary>The public key's beginning, never the scalar.</summary>
    public override string ToString() => $"[private key of {Convert.ToHexString(PublicKey.Encoded[1..9])}…]";

    public void Dispose() => _key.Dispose();
}

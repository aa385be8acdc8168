using System.Diagnostics;
using System.Security.Cryptography;

namespace E2EKafka.Cryptography;

/// <summary>
/// A P-256 private key to agree with. The scalar lives in the platform's key object, which zeroes it when freed. Not safe for
/// concurrent use.
/// </summary>
internal sealed class P256PrivateKey : HpkePrivateKey
{
    /// <summary>The size of the scalar in bytes (SerializePrivateKey of RFC 9180 section 7.1.2).</summary>
    public const int Size = HpkeKem.PrivateKeySize;

    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly ECDiffieHellman _key;

    private P256PrivateKey(ECDiffieHellman key)
    {
        _key = key;
        PublicKey = P256PublicKey.Of(key);
    }

    public override P256PublicKey PublicKey { get; }

    /// <summary>The order of the curve: valid scalars are 1 to one less than it.</summary>
    private static ReadOnlySpan<byte> Order =>
    [
        0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        0xBC, 0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x51,
    ];

    public static P256PrivateKey Generate() => new(ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Whether bytes are a scalar of the curve's private keys.</summary>
    public static bool IsScalar(ReadOnlySpan<byte> scalar) =>
        scalar.Length == Size && scalar.ContainsAnyExcept((byte)0) && scalar.SequenceCompareTo(Order) < 0;

    /// <summary>Takes the scalar that <see cref="Export"/> gave.</summary>
    /// <exception cref="CryptographicException">Not a private key of the curve.</exception>
    public static P256PrivateKey Import(ReadOnlySpan<byte> scalar)
    {
        if (!IsScalar(scalar))
            throw new CryptographicException("Not a P-256 private key.");

        return SecretArray.Use(
            SecretArray.CopyOf(scalar),
            static d => new P256PrivateKey(ECDiffieHellman.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = d })));
    }

    public override SecretBytes Export() =>
        SecretArray.Use(_key.ExportParameters(includePrivateParameters: true).D!, static d => SecretBytes.CopyOf(d));

    /// <summary>DH of RFC 9180 section 4.1: the x coordinate of the shared point, 32 bytes.</summary>
    public SecretBytes Agree(P256PublicKey other)
    {
        using var otherKey = other.ToPlatformKey();
        using var otherPublic = otherKey.PublicKey;
        return SecretArray.Use(_key.DeriveRawSecretAgreement(otherPublic), static x => SecretBytes.CopyOf(x));
    }

    public override SecretBytes? TryDecapsulate(ReadOnlySpan<byte> enc) =>
        P256PublicKey.TryImport(enc, out var ephemeral) ? DhKemP256.Decapsulate(ephemeral, this) : null;

    public override void Dispose() => _key.Dispose();
}

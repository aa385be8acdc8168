using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace E2EKafka.Cryptography;

/// <summary>
/// A P-256 public key, as its uncompressed SEC 1 encoding of 65 bytes (0x04 ‖ x ‖ y; SerializePublicKey of RFC 9180 section 7.1.1).
/// An instance exists only for a point that is on the curve and not at infinity; the curve has cofactor 1, so that is the full
/// validation that section 7.1.4 asks for.
/// </summary>
internal sealed class P256PublicKey : HpkePublicKey
{
    /// <summary>The size of the encoding in bytes.</summary>
    public const int Size = 1 + (2 * CoordinateSize);

    private const int CoordinateSize = 32;
    private const byte Uncompressed = 0x04;

    private P256PublicKey(byte[] encoded)
        : base(encoded)
    {
    }

    public override HpkeKem Kem => HpkeKem.P256;

    /// <summary>Takes exactly the one encoding of a valid point; any other bytes, of any length, give false.</summary>
    public static bool TryImport(ReadOnlySpan<byte> encoded, [NotNullWhen(true)] out P256PublicKey? key)
    {
        key = null;
        if (encoded.Length != Size || encoded[0] != Uncompressed)
            return false;

        var candidate = new P256PublicKey(encoded.ToArray());
        try
        {
            using var platformKey = candidate.ToPlatformKey();
            // A platform may reduce a coordinate that is not below the field's prime; then one point would have two encodings.
            if (!Of(platformKey).Equals(candidate))
                return false;
        }
        catch (CryptographicException)
        {
            return false;
        }

        key = candidate;
        return true;
    }

    public static P256PublicKey Of(ECDiffieHellman key)
    {
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return new([Uncompressed, .. point.X!, .. point.Y!]);
    }

    public override HpkeEncapsulation Encapsulate()
    {
        using var ephemeral = P256PrivateKey.Generate();
        return DhKemP256.Encapsulate(this, ephemeral);
    }

    /// <summary>The key for the platform, which refuses a point that is not on the curve.</summary>
    public ECDiffieHellman ToPlatformKey() => ECDiffieHellman.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = Encoded[1..^CoordinateSize].ToArray(), Y = Encoded[^CoordinateSize..].ToArray() },
    });
}

using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace E2EKafka.Cryptography;

/// <summary>A public P-256 key that checks signatures: a member's identity key, the authority's key or a session's signing key.</summary>
internal sealed class SigningPublicKey
{
    /// <summary>Size of an IEEE P1363 signature, in bytes.</summary>
    public const int SignatureSize = 64;

    /// <summary>Size of <see cref="Encoded"/>, in bytes: the uncompressed point of SEC 1.</summary>
    public const int EncodedSize = 65;

    private const int CoordinateSize = 32;

    private readonly ECParameters _parameters;

    /// <summary>A verifier that no thread is using, if there is one: taking in a key costs as much as checking a signature.</summary>
    private ECDsa? _idle;

    private SigningPublicKey(ECParameters parameters)
    {
        _parameters = parameters;
        Jwk = new Jwk("EC", "P-256", Base64Url.EncodeToString(parameters.Q.X), Base64Url.EncodeToString(parameters.Q.Y));
        Thumbprint = Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(
            $$"""{"crv":"{{Jwk.Crv}}","kty":"{{Jwk.Kty}}","x":"{{Jwk.X}}","y":"{{Jwk.Y}}"}""")));
    }

    public Jwk Jwk { get; }

    /// <summary>The RFC 7638 SHA-256 thumbprint, base64url: 43 characters.</summary>
    public string Thumbprint { get; }

    /// <summary>0x04 ‖ x ‖ y, 65 bytes.</summary>
    public byte[] Encoded => [4, .. _parameters.Q.X!, .. _parameters.Q.Y!];

    /// <summary>The prime of P-256's field (SP 800-186, 3.2.1.3), big endian.</summary>
    private static ReadOnlySpan<byte> FieldPrime =>
    [
        0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0,
        0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
    ];

    public static SigningPublicKey Of(ECDsa key) => new(key.ExportParameters(includePrivateParameters: false));

    /// <summary>Reads a key; <see langword="null"/> where it is of another kind, not canonical, or not a point of the curve.</summary>
    public static SigningPublicKey? TryRead(Jwk jwk)
    {
        if (jwk is not { Kty: "EC", Crv: "P-256" } ||
            Coordinate(jwk.X) is not { } x || Coordinate(jwk.Y) is not { } y)
            return null;

        var parameters = new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = x, Y = y } };
        try
        {
            // The platform refuses a point off the curve. It is not kept: of most keys that are read nothing is ever verified here.
            using var onCurve = ECDsa.Create(parameters);
        }
        catch (CryptographicException)
        {
            return null;
        }

        return new SigningPublicKey(parameters);
    }

    /// <summary>A verifier of the platform's, for one thread at a time.</summary>
    public ECDsa CreateVerifier() => ECDsa.Create(_parameters);

    /// <summary>Whether <paramref name="signature"/> (64 bytes, IEEE P1363) is this key's over <paramref name="data"/>. Any thread.</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(data, hash);
        return VerifyHash(hash, signature);
    }

    /// <summary>Whether <paramref name="signature"/> (64 bytes, IEEE P1363) is this key's over data with this SHA-256. Any thread.</summary>
    public bool VerifyHash(ReadOnlySpan<byte> hash, ReadOnlySpan<byte> signature)
    {
        if (hash.Length != SHA256.HashSizeInBytes || signature.Length != SignatureSize)
            return false;

        // A second thread at the same moment makes a verifier of its own; so no thread waits, and no verifier serves two.
        var verifier = Interlocked.Exchange(ref _idle, null) ?? CreateVerifier();
        try
        {
            return verifier.VerifyHash(hash, signature, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        finally
        {
            Interlocked.Exchange(ref _idle, verifier)?.Dispose();
        }
    }

    public override string ToString() => Thumbprint;

    /// <summary>32 bytes below the field's prime: a platform may reduce others, and then one key would have two thumbprints.</summary>
    private static byte[]? Coordinate(string text) =>
        Base64UrlBytes.TryDecode(text) is { Length: CoordinateSize } bytes && bytes.AsSpan().SequenceCompareTo(FieldPrime) < 0 ? bytes : null;
}

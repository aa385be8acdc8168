using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

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
    private readonly Lock _lock = new();
    private ECDsaSecurityKey? _securityKey;

    private SigningPublicKey(ECParameters parameters)
    {
        _parameters = parameters;
        var x = Base64Url.EncodeToString(parameters.Q.X);
        var y = Base64Url.EncodeToString(parameters.Q.Y);
        Jwk = new Jwk("EC", "P-256", x, y);
        Thumbprint = Base64Url.EncodeToString(
            new JsonWebKey { Kty = Jwk.Kty, Crv = Jwk.Crv, X = x, Y = y }.ComputeJwkThumbprint());
    }

    public Jwk Jwk { get; }

    /// <summary>The RFC 7638 SHA-256 thumbprint, base64url: 43 characters.</summary>
    public string Thumbprint { get; }

    /// <summary>0x04 ‖ x ‖ y, 65 bytes.</summary>
    public byte[] Encoded => [4, .. _parameters.Q.X!, .. _parameters.Q.Y!];

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
            using var onCurve = ECDsa.Create(parameters);
            // A platform may reduce a coordinate that is not below the field's prime; then one key would have two thumbprints.
            var point = onCurve.ExportParameters(includePrivateParameters: false).Q;
            if (!point.X.AsSpan().SequenceEqual(x) || !point.Y.AsSpan().SequenceEqual(y))
                return null;
        }
        catch (CryptographicException)
        {
            return null;
        }

        return new SigningPublicKey(parameters);
    }

    /// <summary>A verifier of the platform's, for one thread at a time.</summary>
    public ECDsa CreateVerifier() => ECDsa.Create(_parameters);

    /// <summary>Checks with this key as the JWT library takes it. Kept, because taking in a key costs as much as a signature's check; one thread at a time.</summary>
    public T Check<T>(Func<SecurityKey, T> check)
    {
        lock (_lock)
        {
            _securityKey ??= new ECDsaSecurityKey(CreateVerifier())
            {
                KeyId = Thumbprint,
                CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false },
            };
            return check(_securityKey);
        }
    }

    /// <summary>Whether <paramref name="signature"/> (64 bytes, IEEE P1363) is this key's over <paramref name="data"/>.</summary>
    public bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        using var verifier = CreateVerifier();
        return signature.Length == SignatureSize && verifier.VerifyData(data, signature, HashAlgorithmName.SHA256);
    }

    public override string ToString() => Thumbprint;

    private static byte[]? Coordinate(string text) =>
        Base64UrlBytes.TryDecode(text) is { Length: CoordinateSize } bytes ? bytes : null;
}

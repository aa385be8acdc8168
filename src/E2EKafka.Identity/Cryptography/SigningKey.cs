using System.Diagnostics;
using System.Security.Cryptography;

namespace E2EKafka.Cryptography;

/// <summary>A private P-256 key that signs, and does nothing else.</summary>
[DebuggerDisplay("{Public.Thumbprint}")]
internal sealed class SigningKey : IDisposable
{
    private static readonly string P256 = ECCurve.NamedCurves.nistP256.Oid.Value!;

    private readonly ECDsa _key;
    private readonly Lock _lock = new();

    private SigningKey(ECDsa key)
    {
        _key = key;
        Public = SigningPublicKey.Of(key);
    }

    public SigningPublicKey Public { get; }

    public static SigningKey Generate() => new(ECDsa.Create(ECCurve.NamedCurves.nistP256));

    /// <summary>Reads what <see cref="Export"/> wrote.</summary>
    /// <exception cref="EndToEndKafkaException"><see cref="FailureReason.VaultCorrupt"/>.</exception>
    public static SigningKey Import(ReadOnlySpan<byte> pkcs8)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportPkcs8PrivateKey(pkcs8, out var read);
            if (read == pkcs8.Length && key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == P256)
                return new SigningKey(key);
        }
        catch (CryptographicException)
        {
            // As for any other key that is not one of ours.
        }

        key.Dispose();
        throw new EndToEndKafkaException(FailureReason.VaultCorrupt,
            "A private key in the vault is not a P-256 key in PKCS #8. Restore the vault from a backup, or enroll with a new identity.");
    }

    /// <summary>The private key as PKCS #8 (RFC 5208). The caller zeroes it.</summary>
    public byte[] Export() => _key.ExportPkcs8PrivateKey();

    /// <summary>Signs the SHA-256 of <paramref name="data"/>: 64 bytes, IEEE P1363. Any thread.</summary>
    public byte[] Sign(ReadOnlySpan<byte> data)
    {
        // The platform's keys are for one thread at a time; a second copy of a private key would be one more place to find it in.
        lock (_lock)
            return _key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    /// <summary>A second handle on the same key, for one thread at a time.</summary>
    public ECDsa CreateSigner()
    {
        var parameters = _key.ExportParameters(includePrivateParameters: true);
        return SecretArray.Use(parameters.D!, _ => ECDsa.Create(parameters));
    }

    public override string ToString() => Public.Thumbprint;

    public void Dispose() => _key.Dispose();
}

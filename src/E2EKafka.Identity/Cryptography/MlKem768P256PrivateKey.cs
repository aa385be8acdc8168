using System.Diagnostics;
using System.Security.Cryptography;

namespace E2EKafka.Cryptography;

/// <summary>A private key of <see cref="MlKem768P256"/>: the seed that both halves come from. Not safe for concurrent use.</summary>
internal sealed class MlKem768P256PrivateKey : HpkePrivateKey
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly SecretBytes _seed;

    private MlKem768P256PrivateKey(SecretBytes seed, MlKem768Key mlKem, P256PrivateKey scalar)
    {
        _seed = seed;
        MlKem = mlKem;
        Scalar = scalar;
        PublicKey = new MlKem768P256PublicKey(mlKem.EncapsulationKey, scalar.PublicKey);
    }

    public override MlKem768P256PublicKey PublicKey { get; }

    /// <summary>The half of ML-KEM.</summary>
    public MlKem768Key MlKem { get; }

    /// <summary>The half of P-256.</summary>
    public P256PrivateKey Scalar { get; }

    /// <summary>Takes a seed of 32 bytes.</summary>
    /// <exception cref="CryptographicException">Another size; or, in one case of 2¹²⁸, a seed that gives no scalar.</exception>
    public static MlKem768P256PrivateKey Import(ReadOnlySpan<byte> seed)
    {
        if (seed.Length != HpkeKem.PrivateKeySize)
            throw new CryptographicException("Not a private key of MLKEM768-P256.");

        using var seeds = MlKem768P256.Expand(seed);
        var scalar = P256PrivateKey.Import(RandomScalar(seeds.Span[MlKem768.SeedSize..]));
        var mlKem = MlKem768.Current.Expand(seeds.Span[..MlKem768.SeedSize]);
        return new MlKem768P256PrivateKey(SecretBytes.CopyOf(seed), mlKem, scalar);
    }

    public override SecretBytes Export() => SecretBytes.CopyOf(_seed.Span);

    public override SecretBytes? TryDecapsulate(ReadOnlySpan<byte> enc)
    {
        if (enc.Length != Kem.EncSize || !P256PublicKey.TryImport(enc[MlKem768.CiphertextSize..], out var ephemeral))
            return null;

        using var mlKem = MlKem.Decapsulate(enc[..MlKem768.CiphertextSize]);
        using var ecdh = Scalar.Agree(ephemeral);
        return MlKem768P256.Combine(mlKem, ecdh, ephemeral, Scalar.PublicKey);
    }

    public override void Dispose()
    {
        _seed.Dispose();
        MlKem.Dispose();
        Scalar.Dispose();
    }

    // RandomScalar of the draft: the first of the candidates that is a scalar; the last one if none is, which the import refuses.
    internal static ReadOnlySpan<byte> RandomScalar(ReadOnlySpan<byte> candidates)
    {
        while (candidates.Length > P256PrivateKey.Size && !P256PrivateKey.IsScalar(candidates[..P256PrivateKey.Size]))
            candidates = candidates[P256PrivateKey.Size..];
        return candidates[..P256PrivateKey.Size];
    }
}

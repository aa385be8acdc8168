namespace E2EKafka.Cryptography;

/// <summary>A public key of <see cref="MlKem768P256"/>: an encapsulation key of ML-KEM-768 (1184 bytes) ‖ an uncompressed point (65).</summary>
internal sealed class MlKem768P256PublicKey : HpkePublicKey
{
    public MlKem768P256PublicKey(ReadOnlySpan<byte> encapsulationKey, P256PublicKey point)
        : base([.. encapsulationKey, .. point.Encoded]) => Point = point;

    public override HpkeKem Kem => HpkeKem.MlKem768P256;

    /// <summary>The half of ML-KEM, <see cref="MlKem768.EncapsulationKeySize"/> bytes.</summary>
    public ReadOnlySpan<byte> EncapsulationKey => Encoded[..MlKem768.EncapsulationKeySize];

    /// <summary>The half of P-256.</summary>
    public P256PublicKey Point { get; }

    /// <summary>Takes exactly the one encoding of a valid key, both halves validated; <see langword="null"/> for any other bytes, of any length.</summary>
    public static MlKem768P256PublicKey? TryImport(ReadOnlySpan<byte> encoded)
    {
        if (encoded.Length != HpkeKem.MlKem768P256.PublicKeySize)
            return null;

        var encapsulationKey = encoded[..MlKem768.EncapsulationKeySize];
        return MlKem768.IsEncapsulationKey(encapsulationKey) && P256PublicKey.TryImport(encoded[MlKem768.EncapsulationKeySize..], out var point)
            ? new MlKem768P256PublicKey(encapsulationKey, point)
            : null;
    }

    public override HpkeEncapsulation Encapsulate()
    {
        using var ephemeral = P256PrivateKey.Generate();
        var ciphertext = new byte[MlKem768.CiphertextSize];
        using var mlKem = MlKem768.Current.Encapsulate(EncapsulationKey, ciphertext);
        return Encapsulate(ciphertext, mlKem, ephemeral);
    }

    /// <summary>Encap, with what ML-KEM encapsulated and the ephemeral key given.</summary>
    public HpkeEncapsulation Encapsulate(ReadOnlySpan<byte> ciphertext, SecretBytes mlKem, P256PrivateKey ephemeral)
    {
        using var ecdh = ephemeral.Agree(Point);
        return new HpkeEncapsulation(
            [.. ciphertext, .. ephemeral.PublicKey.Encoded], MlKem768P256.Combine(mlKem, ecdh, ephemeral.PublicKey, Point));
    }
}

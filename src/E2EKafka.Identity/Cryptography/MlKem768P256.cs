namespace E2EKafka.Cryptography;

/// <summary>
/// MLKEM768-P256, the hybrid of ML-KEM-768 (FIPS 203) and ECDH on P-256: draft-ietf-hpke-pq-03 (November 2025), section 4, with
/// draft-irtf-cfrg-concrete-hybrid-kems-02 and draft-irtf-cfrg-hybrid-kems-07. Public key 1249 bytes (ML-KEM's 1184 ‖ point 65), enc
/// 1153 (ciphertext 1088 ‖ point 65), private key 32: a seed. An attacker that breaks one of the two halves alone has no shared secret.
/// </summary>
internal sealed class MlKem768P256() : HpkeKem(KeyAlgorithms.MlKem768P256, id: 0x0050, EncodedKeySize, EncapsulatedSize)
{
    private const int EncodedKeySize = MlKem768.EncapsulationKeySize + P256PublicKey.Size;
    private const int EncapsulatedSize = MlKem768.CiphertextSize + P256PublicKey.Size;

    /// <summary>Group.Nseed of the draft: four candidates for a scalar, 32 bytes each.</summary>
    private const int ScalarSeedSize = 4 * P256PrivateKey.Size;

    private static ReadOnlySpan<byte> Label => "MLKEM768-P256"u8;

    public override HpkePrivateKey Generate()
    {
        using var seed = SecretBytes.Random(PrivateKeySize);
        return Import(seed.Span);
    }

    public override HpkePrivateKey Import(ReadOnlySpan<byte> privateKey) => MlKem768P256PrivateKey.Import(privateKey);

    public override HpkePublicKey? TryImport(ReadOnlySpan<byte> publicKey) => MlKem768P256PublicKey.TryImport(publicKey);

    /// <summary>The seeds of both halves from a private key: SHAKE256, <see cref="MlKem768.SeedSize"/> bytes for ML-KEM and 128 for P-256.</summary>
    public static SecretBytes Expand(ReadOnlySpan<byte> privateKey) => SecretBytes.Create(
        MlKem768.SeedSize + ScalarSeedSize, privateKey, static (seeds, key) => Sha3.Shake256(key, seeds));

    /// <summary>The combiner of the draft: SHA3-256 over both shared secrets, the ephemeral point, the recipient's point and the KEM's label.</summary>
    /// <remarks>ML-KEM's ciphertext and key are not in it: ML-KEM binds them into its shared secret by itself.</remarks>
    public static SecretBytes Combine(SecretBytes mlKem, SecretBytes ecdh, HpkePublicKey ephemeral, HpkePublicKey recipient)
    {
        byte[] end = [.. recipient.Encoded, .. Label];
        using var input = SecretBytes.Concat(mlKem.Span, ecdh.Span, ephemeral.Encoded, end);
        return SecretBytes.Create(SharedSecretSize, input, static (secret, bytes) => Sha3.Sha3256(bytes.Span, secret));
    }
}

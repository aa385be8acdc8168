namespace E2EKafka.Cryptography;

/// <summary>DHKEM(P-256, HKDF-SHA256), RFC 9180 section 4.1: public key and enc 65 bytes, private key 32.</summary>
internal sealed class DhKemP256() : HpkeKem(KeyAlgorithms.P256, id: 0x0010, P256PublicKey.Size, P256PublicKey.Size)
{
    public override HpkePrivateKey Generate() => P256PrivateKey.Generate();

    public override HpkePrivateKey Import(ReadOnlySpan<byte> privateKey) => P256PrivateKey.Import(privateKey);

    public override HpkePublicKey? TryImport(ReadOnlySpan<byte> publicKey) => P256PublicKey.TryImport(publicKey, out var key) ? key : null;

    /// <summary>Encap, with the ephemeral key given.</summary>
    public static HpkeEncapsulation Encapsulate(P256PublicKey recipient, P256PrivateKey ephemeral)
    {
        using var dh = ephemeral.Agree(recipient);
        return new HpkeEncapsulation(ephemeral.PublicKey.Encoded.ToArray(), ExtractAndExpand(dh, ephemeral.PublicKey, recipient));
    }

    /// <summary>Decap.</summary>
    public static SecretBytes Decapsulate(P256PublicKey ephemeral, P256PrivateKey recipient)
    {
        using var dh = recipient.Agree(ephemeral);
        return ExtractAndExpand(dh, ephemeral, recipient.PublicKey);
    }

    private static SecretBytes ExtractAndExpand(SecretBytes dh, HpkePublicKey ephemeral, HpkePublicKey recipient)
    {
        var suiteId = P256.SuiteId;
        using var prk = HpkeKdf.LabeledExtract(suiteId, salt: null, "eae_prk"u8, dh.Span);
        byte[] kemContext = [.. ephemeral.Encoded, .. recipient.Encoded];
        return HpkeKdf.LabeledExpand(prk, suiteId, "shared_secret"u8, kemContext, SharedSecretSize);
    }
}

namespace E2EKafka.Cryptography;

/// <summary>DHKEM(P-256, HKDF-SHA256), RFC 9180 section 4.1.</summary>
internal static class HpkeKem
{
    private const int SharedSecretSize = 32;

    /// <summary>suite_id of the KEM: "KEM" and its identifier.</summary>
    public static ReadOnlySpan<byte> SuiteId => "KEM\x00\x10"u8;

    /// <summary>Encap, with the ephemeral key given. What travels is the ephemeral public key.</summary>
    public static SecretBytes Encapsulate(HpkePublicKey recipient, HpkePrivateKey ephemeral)
    {
        using var dh = ephemeral.Agree(recipient);
        return ExtractAndExpand(dh, ephemeral.PublicKey, recipient);
    }

    /// <summary>Decap.</summary>
    public static SecretBytes Decapsulate(HpkePublicKey ephemeral, HpkePrivateKey recipient)
    {
        using var dh = recipient.Agree(ephemeral);
        return ExtractAndExpand(dh, ephemeral, recipient.PublicKey);
    }

    private static SecretBytes ExtractAndExpand(SecretBytes dh, HpkePublicKey ephemeral, HpkePublicKey recipient)
    {
        using var prk = HpkeKdf.LabeledExtract(SuiteId, salt: null, "eae_prk"u8, dh.Span);
        byte[] kemContext = [.. ephemeral.Encoded, .. recipient.Encoded];
        return HpkeKdf.LabeledExpand(prk, SuiteId, "shared_secret"u8, kemContext, SharedSecretSize);
    }
}

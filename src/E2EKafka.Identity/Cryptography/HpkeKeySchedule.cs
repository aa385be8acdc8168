namespace E2EKafka.Cryptography;

/// <summary>The key schedule of RFC 9180 section 5.1 in base mode: no pre-shared key, no authenticated sender.</summary>
internal sealed class HpkeKeySchedule : IDisposable
{
    /// <summary>Nn: the size of the AEAD's nonce in bytes.</summary>
    public const int NonceSize = 12;

    private const byte BaseMode = 0x00;

    public HpkeKeySchedule(HpkeSuite suite, SecretBytes sharedSecret, ReadOnlySpan<byte> info)
    {
        using var pskIdHash = HpkeKdf.LabeledExtract(suite.Id, salt: null, "psk_id_hash"u8, default);
        using var infoHash = HpkeKdf.LabeledExtract(suite.Id, salt: null, "info_hash"u8, info);
        Context = [BaseMode, .. pskIdHash.Span, .. infoHash.Span];
        Secret = HpkeKdf.LabeledExtract(suite.Id, sharedSecret, "secret"u8, default);
        Key = HpkeKdf.LabeledExpand(Secret, suite.Id, "key"u8, Context, suite.KeySize);
        BaseNonce = HpkeKdf.LabeledExpand(Secret, suite.Id, "base_nonce"u8, Context, NonceSize);
    }

    /// <summary>key_schedule_context. Public: hashes of public values.</summary>
    public byte[] Context { get; }

    /// <summary>secret, from which the others come.</summary>
    public SecretBytes Secret { get; }

    /// <summary>The AEAD's key.</summary>
    public SecretBytes Key { get; }

    /// <summary>The nonce of the first, and here only, message.</summary>
    public SecretBytes BaseNonce { get; }

    public void Dispose()
    {
        Secret.Dispose();
        Key.Dispose();
        BaseNonce.Dispose();
    }
}

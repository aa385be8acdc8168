namespace E2EKafka.Cryptography;

/// <summary>
/// A KEM, HKDF-SHA256 and one AEAD, by the identifiers of RFC 9180 section 7. The key schedule binds all three, so suites never mix.
/// </summary>
internal sealed class HpkeSuite
{
    public const ushort KdfId = 0x0001;

    private readonly byte[] _id;

    /// <summary>Any AEAD: the public vectors have others than ours, which <see cref="HpkeKem.Suite"/> has.</summary>
    public HpkeSuite(HpkeKem kem, ushort aeadId, int keySize)
    {
        KeySize = keySize;
        _id = [.. "HPKE"u8, .. HpkeKdf.I2Osp(kem.Id), .. HpkeKdf.I2Osp(KdfId), .. HpkeKdf.I2Osp(aeadId)];
    }

    /// <summary>Nk: the size of the AEAD's key in bytes.</summary>
    public int KeySize { get; }

    /// <summary>suite_id of RFC 9180 section 5.1: "HPKE" and the three identifiers.</summary>
    public ReadOnlySpan<byte> Id => _id;
}

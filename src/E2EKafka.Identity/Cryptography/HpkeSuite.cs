namespace E2EKafka.Cryptography;

/// <summary>
/// DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and one AEAD, by the identifiers of RFC 9180 section 7. The key schedule binds the AEAD's
/// identifier, so suites never mix.
/// </summary>
internal sealed class HpkeSuite
{
    public const ushort KemId = 0x0010;
    public const ushort KdfId = 0x0001;

    /// <summary>The suite of this library.</summary>
    public static readonly HpkeSuite Aes256Gcm = new(aeadId: 0x0002, keySize: 32);

    private readonly byte[] _id;

    /// <summary>Any AEAD: the RFC's vectors for P-256 have others than ours.</summary>
    public HpkeSuite(ushort aeadId, int keySize)
    {
        KeySize = keySize;
        _id = [.. "HPKE"u8, KemId >> 8, KemId & 0xFF, KdfId >> 8, KdfId & 0xFF, (byte)(aeadId >> 8), (byte)aeadId];
    }

    /// <summary>Nk: the size of the AEAD's key in bytes.</summary>
    public int KeySize { get; }

    /// <summary>suite_id of RFC 9180 section 5.1: "HPKE" and the three identifiers.</summary>
    public ReadOnlySpan<byte> Id => _id;
}

using System.Buffers.Binary;
using System.Security.Cryptography;

namespace E2EKafka.Vault;

/// <summary>
/// What a vault's file says in the clear so that its key can be derived and checked. 102 bytes:
/// format version (1) ‖ kind of key (1) ‖ PBKDF2 iterations (uint32, big endian; 0 for a random key) ‖ salt (32) ‖ key check (32) ‖
/// SHA-256 of all that (32). The hash tells a damaged header from a wrong key; the key check authenticates what is before it.
/// </summary>
internal sealed class VaultHeader
{
    public const byte FormatVersion = 1;

    /// <summary>OWASP's figure for PBKDF2-HMAC-SHA256 (2023).</summary>
    public const int DefaultIterations = 600_000;

    // A header may be hostile: below the first, guessing would be cheap; above the second, opening would take for ever.
    private const uint MinIterations = DefaultIterations;
    private const uint MaxIterations = 10_000_000;

    private const int KindAt = 1;
    private const int IterationsAt = 2;
    private const int SaltAt = 6;
    private const int KeyCheckAt = SaltAt + 32;
    private const int HashAt = KeyCheckAt + 32;
    private const int Size = HashAt + SHA256.HashSizeInBytes;

    private readonly byte[] _bytes;

    private VaultHeader(byte[] bytes) => _bytes = bytes;

    public ReadOnlySpan<byte> Bytes => _bytes;

    public bool IsPassphrase => _bytes[KindAt] == 1;

    public int Iterations => (int)BinaryPrimitives.ReadUInt32BigEndian(_bytes.AsSpan(IterationsAt));

    public ReadOnlySpan<byte> Salt => _bytes.AsSpan(SaltAt..KeyCheckAt);

    /// <summary>What the key check covers.</summary>
    public ReadOnlySpan<byte> Parameters => _bytes.AsSpan(..KeyCheckAt);

    public ReadOnlySpan<byte> KeyCheck => _bytes.AsSpan(KeyCheckAt..HashAt);

    /// <summary>The header of a new vault under this key.</summary>
    public static VaultHeader Create(VaultKey key)
    {
        var bytes = new byte[Size];
        bytes[0] = FormatVersion;
        bytes[KindAt] = key.IsPassphrase ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(IterationsAt), key.IsPassphrase ? DefaultIterations : 0u);
        RandomNumberGenerator.Fill(bytes.AsSpan(SaltAt..KeyCheckAt));

        var header = new VaultHeader(bytes);
        using var root = key.DeriveRoot(header);
        VaultCipher.DeriveKeyCheck(root, header, bytes.AsSpan(KeyCheckAt..HashAt));
        SHA256.HashData(bytes.AsSpan(..HashAt), bytes.AsSpan(HashAt));
        return header;
    }

    /// <summary>Null if the bytes are not, or no longer, a header of this format.</summary>
    public static VaultHeader? TryParse(byte[] bytes)
    {
        if (bytes.Length != Size || bytes[0] != FormatVersion || bytes[KindAt] > 1)
            return null;
        if (!SHA256.HashData(bytes.AsSpan(..HashAt)).AsSpan().SequenceEqual(bytes.AsSpan(HashAt)))
            return null;

        var iterations = BinaryPrimitives.ReadUInt32BigEndian(bytes.AsSpan(IterationsAt));
        var header = new VaultHeader(bytes);
        return (header.IsPassphrase ? iterations is >= MinIterations and <= MaxIterations : iterations == 0) ? header : null;
    }
}

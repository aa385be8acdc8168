using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using E2EKafka.Cryptography;

namespace E2EKafka.Vault;

/// <summary>
/// Encrypts a vault's values: nonce (12, random) ‖ ciphertext ‖ tag (16), AES-256-GCM under a key that only this vault has. Random nonces
/// are safe up to 2³² values (NIST SP 800-38D, 8.3): one a second for 136 years. Not safe for concurrent use.
/// </summary>
internal sealed class VaultCipher : IDisposable
{
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private readonly AesGcm _aead;

    private VaultCipher(SecretBytes key) => _aead = new(key.Span, TagSize);

    private static ReadOnlySpan<byte> Label => "E2EKafka vault 1"u8;

    /// <summary>False if the key is not the one the vault was made with.</summary>
    public static bool TryCreate(VaultKey key, VaultHeader header, [NotNullWhen(true)] out VaultCipher? cipher)
    {
        cipher = null;
        if (key.IsPassphrase != header.IsPassphrase)
            return false;

        using var root = key.DeriveRoot(header);
        Span<byte> check = stackalloc byte[SHA256.HashSizeInBytes];
        DeriveKeyCheck(root, header, check);
        if (!CryptographicOperations.FixedTimeEquals(check, header.KeyCheck))
            return false;

        using var valueKey = SecretBytes.Create(
            VaultKey.Size, root, static (output, prk) => HKDF.Expand(HashAlgorithmName.SHA256, prk.Span, output, [.. Label, .. " values"u8]));
        cipher = new(valueKey);
        return true;
    }

    /// <summary>HKDF-Expand (RFC 5869) of the root key over the header. AES-GCM does not commit to its key, this does.</summary>
    public static void DeriveKeyCheck(SecretBytes root, VaultHeader header, Span<byte> check) =>
        HKDF.Expand(HashAlgorithmName.SHA256, root.Span, check, [.. Label, .. " check"u8, .. header.Parameters]);

    public byte[] Encrypt(string collection, string name, ReadOnlySpan<byte> value)
    {
        var sealedValue = new byte[NonceSize + value.Length + TagSize];
        var nonce = sealedValue.AsSpan(..NonceSize);
        RandomNumberGenerator.Fill(nonce);
        _aead.Encrypt(nonce, value, sealedValue.AsSpan(NonceSize, value.Length), sealedValue.AsSpan(^TagSize..), AssociatedData(collection, name));
        return sealedValue;
    }

    /// <summary>Null if the value is not what was stored under this name.</summary>
    public byte[]? TryDecrypt(string collection, string name, ReadOnlySpan<byte> sealedValue)
    {
        if (sealedValue.Length < NonceSize + TagSize)
            return null;

        var value = new byte[sealedValue.Length - NonceSize - TagSize];
        try
        {
            _aead.Decrypt(sealedValue[..NonceSize], sealedValue[NonceSize..^TagSize], sealedValue[^TagSize..], value, AssociatedData(collection, name));
            return value;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    public void Dispose() => _aead.Dispose();

    // The label holds the format's version; the length keeps ("ab", "c") apart from ("a", "bc").
    private static byte[] AssociatedData(string collection, string name)
    {
        var length = (ushort)collection.Length;
        return [.. Label, (byte)(length >> 8), (byte)length, .. Encoding.ASCII.GetBytes(collection), .. Encoding.ASCII.GetBytes(name)];
    }
}

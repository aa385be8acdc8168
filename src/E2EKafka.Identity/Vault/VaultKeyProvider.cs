using System.Runtime.InteropServices;
using System.Security.Cryptography;
using E2EKafka.Vault;

namespace E2EKafka;

/// <summary>Where the key of a vault can come from.</summary>
public static class VaultKeyProvider
{
    /// <summary>A key file: 32 random bytes as one line of base64 text. Made, readable by its owner only, where the vault is made.</summary>
    /// <param name="path">The file. A relative path counts from the working directory.</param>
    /// <returns>The provider.</returns>
    public static IVaultKeyProvider FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return new Provider((request, _) => ValueTask.FromResult(VaultKey.FromFile(path, createIfMissing: request.IsNewVault)));
    }

    /// <summary>An environment variable: 32 random bytes as base64 text. Other processes of the same user, and crash dumps, can show it.</summary>
    /// <param name="name">The variable's name.</param>
    /// <returns>The provider.</returns>
    public static IVaultKeyProvider FromEnvironmentVariable(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return new Provider((_, _) => ValueTask.FromResult(VaultKey.FromEnvironmentVariable(name)));
    }

    /// <summary>
    /// A passphrase, stretched by PBKDF2-HMAC-SHA256 with 600,000 iterations and the vault's own salt (<see cref="VaultKey.FromPassphrase"/>): about a
    /// quarter of a second at each start.
    /// </summary>
    /// <param name="ask">Gives the passphrase. Its array is zeroed when it was used: give a copy.</param>
    /// <returns>The provider.</returns>
    public static IVaultKeyProvider FromPassphrase(Func<char[]> ask)
    {
        ArgumentNullException.ThrowIfNull(ask);
        return new Provider((_, _) => ValueTask.FromResult(OfPassphrase(ask(), "The vault's passphrase")));
    }

    /// <summary>A file that has a passphrase (<see cref="FromPassphrase"/>) as UTF-8 text: its only line, without the line break at its end. At most 4096 bytes.</summary>
    /// <param name="path">The file. A relative path counts from the working directory.</param>
    /// <returns>The provider.</returns>
    public static IVaultKeyProvider FromPassphraseFile(string path)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return new Provider((_, _) =>
        {
            var full = FilePaths.Full(path, "a passphrase file", FailureReason.VaultUnavailable);
            return ValueTask.FromResult(OfPassphrase(PassphraseFile.Read(full), $"The passphrase file '{full}'"));
        });
    }

    /// <summary>
    /// A callback, as for a key management service. It gives the same 32 random bytes for a vault at each start: where the service only encrypts, keep
    /// the key as the service encrypted it, and have it decrypted here.
    /// </summary>
    /// <param name="ask">Gives the key. Its array is zeroed when it was used: give a copy. What it throws becomes the inner exception of the start's.</param>
    /// <returns>The provider.</returns>
    public static IVaultKeyProvider FromCallback(Func<VaultKeyRequest, CancellationToken, Task<byte[]>> ask)
    {
        ArgumentNullException.ThrowIfNull(ask);
        return new Provider(async (request, cancellationToken) => OfBytes(await ask(request, cancellationToken).ConfigureAwait(false)));
    }

    private static VaultKey OfBytes(byte[]? key)
    {
        try
        {
            return key?.Length == VaultKey.Size
                ? VaultKey.FromBytes(key)
                : throw new EndToEndKafkaException(
                    FailureReason.VaultKeyWrong,
                    $"The callback for the vault's key gave {(key is null ? "nothing" : $"{key.Length} bytes")}. Give {VaultKey.Size} random bytes, the same ones at each start.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private static VaultKey OfPassphrase(char[]? passphrase, string source)
    {
        try
        {
            return passphrase.AsSpan().IsWhiteSpace()
                ? throw new EndToEndKafkaException(FailureReason.VaultKeyWrong, $"{source} is empty. Give the one that the vault was made with.")
                : VaultKey.FromPassphrase(passphrase);
        }
        catch (System.Text.EncoderFallbackException)
        {
            throw new EndToEndKafkaException(FailureReason.VaultKeyWrong, $"{source} has a character that is none: half of a surrogate pair. Give it as whole characters.");
        }
        finally
        {
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(passphrase.AsSpan()));
        }
    }

    private sealed class Provider(Func<VaultKeyRequest, CancellationToken, ValueTask<VaultKey>> get) : IVaultKeyProvider
    {
        public ValueTask<VaultKey> GetKeyAsync(VaultKeyRequest request, CancellationToken cancellationToken) => get(request, cancellationToken);
    }
}

namespace E2EKafka.Cli;

/// <summary>Where the keys of vaults come from: a file, or a passphrase.</summary>
internal sealed class VaultKeySource(Surroundings surroundings, string? keyFile, string? passphraseFile)
{
    private const string PassphraseVariable = "E2EKAFKA_VAULT_PASSPHRASE";

    /// <summary>The key of a vault that exists, or a new one for a vault that does not; the caller disposes it.</summary>
    /// <exception cref="UsageException">No option, file, environment variable or terminal gives the key.</exception>
    public VaultKey KeyOf(VaultFolder folder)
    {
        if (keyFile is not null && passphraseFile is not null)
            throw new UsageException("--vault-key-file and --vault-passphrase-file are both given: a vault has one key.");
        if (keyFile is not null)
            return VaultKey.FromFile(surroundings.FullPath(keyFile), createIfMissing: !folder.Exists);

        // A vault that was made with a key file stays with it, whatever passphrase there may be for others.
        if (File.Exists(folder.KeyFile))
            return VaultKey.FromFile(folder.KeyFile);
        if (Passphrase() is { } passphrase)
            return OfPassphrase(passphrase);
        if (!folder.Exists)
            return VaultKey.FromFile(folder.KeyFile, createIfMissing: true);

        return surroundings.AskSecretly is { } ask
            ? OfPassphrase(surroundings.Ask(ask, $"Passphrase of {folder.VaultFile}: "))
            : throw new UsageException(
                $"The vault '{folder.VaultFile}' has no key file beside it: give --vault-key-file, or its passphrase in the file of --vault-passphrase-file or in {PassphraseVariable}.");
    }

    private string? Passphrase()
    {
        if (passphraseFile is null)
            return surroundings.Variable(PassphraseVariable) is { Length: > 0 } value ? value : null;

        return InputFile.ReadSecret(surroundings.FullPath(passphraseFile), "passphrase", "Write the vault's passphrase into it, or correct --vault-passphrase-file.");
    }

    private static VaultKey OfPassphrase(string passphrase) => string.IsNullOrWhiteSpace(passphrase)
        ? throw new UsageException($"The vault's passphrase is empty: give one in the file of --vault-passphrase-file or in {PassphraseVariable}.")
        : VaultKey.FromPassphrase(passphrase);
}

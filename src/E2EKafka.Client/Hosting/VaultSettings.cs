namespace E2EKafka.Hosting;

/// <summary>Opens the vault that options name.</summary>
internal static class VaultSettings
{
    public static IEnumerable<string> Problems(string? file, string? keyFile, string? keyVariable, bool inMemory, IVaultStore? own)
    {
        (file, keyFile, keyVariable) = (Set(file), Set(keyFile), Set(keyVariable));
        var chosen = (file is null ? 0 : 1) + (inMemory ? 1 : 0) + (own is null ? 0 : 1);
        if (chosen == 0)
            yield return "No vault is chosen. Set VaultFile and VaultKeyFile (PersistKeysToFile) to keep this member's identity over restarts, or UseInMemoryVault to enroll again at every start.";
        if (chosen > 1)
            yield return "More than one of VaultFile, UseInMemoryVault and Vault is set. Set one of them.";
        if (file is not null && keyFile is null == keyVariable is null)
            yield return "A vault in a file needs its key from one place. Set VaultKeyFile or VaultKeyEnvironmentVariable.";
        if (file is null && (keyFile ?? keyVariable) is not null)
            yield return "A vault's key is set, and no VaultFile. Set VaultFile.";
    }

    /// <summary>Opens the vault; the caller disposes it, unless it is the application's own.</summary>
    /// <exception cref="EndToEndKafkaException">It is locked, damaged, or its key is wrong.</exception>
    public static IVaultStore Open(string? file, string? keyFile, string? keyVariable, IVaultStore? own)
    {
        (file, keyFile, keyVariable) = (Set(file), Set(keyFile), Set(keyVariable));
        if (own is not null)
            return own;
        if (file is null)
            return new MemoryVault();

        using var key = keyFile is not null ? VaultKey.FromFile(keyFile, createIfMissing: !File.Exists(file)) : VaultKey.FromEnvironmentVariable(keyVariable!);
        return SqliteVault.Open(file, key);
    }

    // Configuration files and environment variables clear a setting by leaving it empty.
    private static string? Set(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}

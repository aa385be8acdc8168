namespace E2EKafka.Hosting;

/// <summary>The vault that options name.</summary>
internal sealed record VaultSettings(string? File, string? KeyFile, string? KeyVariable, IVaultKeyProvider? KeyProvider, bool InMemory, IVaultStore? Own)
{
    // Configuration files and environment variables clear a setting by leaving it empty.
    private string? SetFile => Set(File);

    private int Keys => (Set(KeyFile) is null ? 0 : 1) + (Set(KeyVariable) is null ? 0 : 1) + (KeyProvider is null ? 0 : 1);

    public static VaultSettings Of(EndToEndKafkaOptions options) =>
        new(options.VaultFile, options.VaultKeyFile, options.VaultKeyEnvironmentVariable, options.VaultKeyProvider, options.UseInMemoryVault, options.Vault);

    public static VaultSettings Of(CredentialAuthorityOptions options) =>
        new(options.VaultFile, options.VaultKeyFile, options.VaultKeyEnvironmentVariable, options.VaultKeyProvider, options.UseInMemoryVault, options.Vault);

    public IEnumerable<string> Problems(OptionSource source)
    {
        var chosen = (SetFile is null ? 0 : 1) + (InMemory ? 1 : 0) + (Own is null ? 0 : 1);
        if (chosen == 0)
            yield return $"No vault is chosen. Set {source.Of("VaultFile")} and VaultKeyFile (PersistKeysToFile) to keep this member's identity over restarts, or UseInMemoryVault to enroll again at every start.";
        if (chosen > 1)
            yield return $"More than one of {source.Of("VaultFile")}, UseInMemoryVault and Vault is set. Set one of them.";
        if (SetFile is not null && Keys != 1)
            yield return $"A vault in a file needs its key from one place. Set {source.Of("VaultKeyFile")}, VaultKeyEnvironmentVariable or VaultKeyProvider.";
        if (SetFile is null && Keys > 0)
            yield return $"A vault's key is set, and no VaultFile. Set {source.Of("VaultFile")}.";
        if (PathOption.Problem("VaultFile", File, source) is { } problem)
            yield return problem;

        // A key in its place is told when it is opened.
        if (PathOption.Problem("VaultKeyFile", KeyFile, source, mayHoldKey: true) is { } keyProblem)
            yield return keyProblem;
    }

    /// <summary>Opens the vault; the caller disposes it, unless it is the application's own.</summary>
    /// <param name="patience">How long to wait for its key.</param>
    /// <exception cref="EndToEndKafkaException">It is locked, damaged, or its key is wrong.</exception>
    public IVaultStore Open(TimeSpan patience)
    {
        if (Own is not null)
            return Own;
        if (SetFile is not { } file)
            return new MemoryVault();

        var provider = KeyProvider ?? (Set(KeyFile) is { } keyFile ? VaultKeyProvider.FromFile(keyFile) : VaultKeyProvider.FromEnvironmentVariable(KeyVariable!));
        using var key = VaultKeySource.Ask(provider, file, patience);
        return SqliteVault.Open(file, key);
    }

    private static string? Set(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}

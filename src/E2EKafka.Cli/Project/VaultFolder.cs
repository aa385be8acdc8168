namespace E2EKafka.Cli;

/// <summary>A folder with one vault and, unless it is elsewhere or a passphrase, the vault's key.</summary>
internal class VaultFolder(string path)
{
    public string Path { get; } = path;

    public string VaultFile => System.IO.Path.Combine(Path, "vault.db");

    public string KeyFile => System.IO.Path.Combine(Path, "vault.key");

    public bool Exists => File.Exists(VaultFile);

    /// <summary>Opens the vault, or makes it; the caller disposes it.</summary>
    /// <exception cref="EndToEndKafkaException">It is locked or damaged, or its key is wrong.</exception>
    public SqliteVault Open(VaultKeySource keys)
    {
        using var key = keys.KeyOf(this);
        return SqliteVault.Open(VaultFile, key);
    }
}

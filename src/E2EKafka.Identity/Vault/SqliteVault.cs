namespace E2EKafka;

/// <summary>A vault in a SQLite file, encrypted at rest.</summary>
public sealed class SqliteVault : IVaultStore
{
    /// <inheritdoc/>
    public bool IsDurable => true;

    /// <summary>Opens the vault at a path, creating it if there is none. The key is not needed afterwards and stays its caller's to dispose.</summary>
    public static SqliteVault Open(string path, VaultKey key) => throw new NotImplementedException();

    /// <inheritdoc/>
    public byte[]? Read(string collection, string name) => throw new NotImplementedException();

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, byte[]> List(string collection) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Write(VaultBatch batch) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}

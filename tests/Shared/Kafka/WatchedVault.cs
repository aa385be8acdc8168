namespace E2EKafka.Tests;

/// <summary>A vault that counts as durable, and tells of each value that is written, by its collection.</summary>
internal sealed class WatchedVault(Action<string> written) : IVaultStore
{
    private readonly MemoryVault _values = new();

    public bool IsDurable => true;

    public byte[]? Read(string collection, string name) => _values.Read(collection, name);

    public IReadOnlyDictionary<string, byte[]> List(string collection) => _values.List(collection);

    public void Write(VaultBatch batch)
    {
        _values.Write(batch);
        foreach (var change in batch.Changes.Where(change => !change.IsDelete))
            written(change.Collection);
    }

    public void Dispose() => _values.Dispose();
}

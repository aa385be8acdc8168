namespace E2EKafka;

/// <summary>The vault of one member or authority of an <see cref="InMemoryProject"/>. It lasts as long as the project, as a file outlasts its process.</summary>
internal sealed class InMemoryVault : IVaultStore
{
    private readonly MemoryVault _values = new();

    // Readers keep their keys over a restart of the member, and count as such.
    public bool IsDurable => true;

    public byte[]? Read(string collection, string name) => _values.Read(collection, name);

    public IReadOnlyDictionary<string, byte[]> List(string collection) => _values.List(collection);

    public void Write(VaultBatch batch) => _values.Write(batch);

    /// <summary>Destroys what is in it.</summary>
    public void Dispose() => _values.Dispose();
}

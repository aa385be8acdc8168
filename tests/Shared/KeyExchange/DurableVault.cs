namespace E2EKafka.Tests;

/// <summary>A vault that outlives the process that it stands for: closing it loses nothing. Its writes can be made to fail.</summary>
internal sealed class DurableVault : IVaultStore
{
    private readonly MemoryVault _values = new();

    public bool IsDurable => true;

    /// <summary>Whether the disk is full.</summary>
    public bool IsBroken { get; set; }

    public IReadOnlyCollection<string> Unreadable { get; set; } = [];

    public byte[]? Read(string collection, string name) => _values.Read(collection, name);

    public IReadOnlyDictionary<string, byte[]> List(string collection) => _values.List(collection);

    public void Write(VaultBatch batch)
    {
        if (IsBroken)
            throw new EndToEndKafkaException(FailureReason.VaultUnavailable, "The disk is full.");
        _values.Write(batch);
    }

    /// <summary>What a thief has who copied the files.</summary>
    public DurableVault Copy(params string[] collections)
    {
        var copy = new DurableVault();
        foreach (var collection in collections)
        {
            foreach (var (name, value) in List(collection))
            {
                using var batch = new VaultBatch();
                copy.Write(batch.Put(collection, name, value));
            }
        }

        return copy;
    }

    public void Dispose()
    {
    }
}

namespace E2EKafka;

/// <summary>A vault in which some entries can no longer be read.</summary>
internal sealed class DamagedVault(IVaultStore whole) : IVaultStore
{
    private readonly HashSet<string> _unreadable = [];

    public bool IsDurable => whole.IsDurable;

    public IReadOnlyCollection<string> Unreadable => _unreadable;

    public void Damage(string collection, string name) => _unreadable.Add($"{collection}/{name}");

    public byte[]? Read(string collection, string name) => _unreadable.Contains($"{collection}/{name}") ? null : whole.Read(collection, name);

    public IReadOnlyDictionary<string, byte[]> List(string collection) =>
        whole.List(collection).Where(pair => !_unreadable.Contains($"{collection}/{pair.Key}")).ToDictionary();

    public void Write(VaultBatch batch) => whole.Write(batch);

    public void Dispose()
    {
    }
}

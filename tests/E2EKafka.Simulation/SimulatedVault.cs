namespace E2EKafka.Simulation;

/// <summary>A vault that survives the crash of its process, as a file does, and can be copied, as a backup is.</summary>
internal sealed class SimulatedVault(bool isDurable) : IVaultStore
{
    private readonly Dictionary<(string Collection, string Name), byte[]> _values = [];

    public bool IsDurable => isDurable;

    public byte[]? Read(string collection, string name) =>
        _values.TryGetValue((collection, name), out var value) ? [.. value] : null;

    public IReadOnlyDictionary<string, byte[]> List(string collection) =>
        _values.Where(pair => pair.Key.Collection == collection).ToDictionary(pair => pair.Key.Name, pair => (byte[])[.. pair.Value]);

    public void Write(VaultBatch batch)
    {
        foreach (var change in batch.Changes)
        {
            if (change.IsDelete)
                _values.Remove((change.Collection, change.Name));
            else
                _values[(change.Collection, change.Name)] = change.Value.ToArray();
        }
    }

    public SimulatedVault Copy()
    {
        var copy = new SimulatedVault(isDurable);
        foreach (var (key, value) in _values)
            copy._values[key] = value;
        return copy;
    }

    public void Dispose()
    {
    }
}

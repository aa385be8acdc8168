namespace E2EKafka.Simulation;

/// <summary>
/// A vault that survives the crash of its process, as a file does, and can be copied, as a backup is. Its disk may be full for a while, and its
/// rows may be damaged.
/// </summary>
internal sealed class SimulatedVault(bool isDurable) : IVaultStore
{
    private readonly Dictionary<(string Collection, string Name), byte[]> _values = [];
    private readonly HashSet<(string Collection, string Name)> _damaged = [];

    public bool IsDurable => isDurable;

    /// <summary>Whether every write fails now.</summary>
    public bool IsFull { get; set; }

    public IReadOnlyCollection<string> Unreadable => [.. _damaged.Select(row => $"{row.Collection}/{row.Name}").Order(StringComparer.Ordinal)];

    public byte[]? Read(string collection, string name) =>
        _values.TryGetValue((collection, name), out var value) && !_damaged.Contains((collection, name)) ? [.. value] : null;

    public IReadOnlyDictionary<string, byte[]> List(string collection) =>
        _values.Where(pair => pair.Key.Collection == collection && !_damaged.Contains(pair.Key))
            .ToDictionary(pair => pair.Key.Name, pair => (byte[])[.. pair.Value]);

    public void Write(VaultBatch batch)
    {
        if (IsFull)
            throw new EndToEndKafkaException(FailureReason.VaultUnavailable, "The disk is full.");

        foreach (var change in batch.Changes)
        {
            _damaged.Remove((change.Collection, change.Name));
            if (change.IsDelete)
                _values.Remove((change.Collection, change.Name));
            else
                _values[(change.Collection, change.Name)] = change.Value.ToArray();
        }
    }

    /// <summary>What the file has of a collection: what was written, damaged since or not.</summary>
    public IReadOnlyDictionary<string, byte[]> Inspect(string collection) =>
        _values.Where(pair => pair.Key.Collection == collection).ToDictionary(pair => pair.Key.Name, pair => pair.Value);

    /// <summary>Whether a row cannot be read.</summary>
    public bool IsDamaged(string collection, string name) => _damaged.Contains((collection, name));

    /// <summary>Damages a row: it cannot be read any more.</summary>
    public void Damage(string collection, string name) => _damaged.Add((collection, name));

    /// <summary>Adds a row that no release knows, as a newer one may have written.</summary>
    public void AddForeign(string collection, string name, byte[] value) => _values[(collection, name)] = value;

    public SimulatedVault Copy()
    {
        var copy = new SimulatedVault(isDurable);
        foreach (var (key, value) in _values)
            copy._values[key] = value;
        copy._damaged.UnionWith(_damaged);
        return copy;
    }

    public void Dispose()
    {
    }
}

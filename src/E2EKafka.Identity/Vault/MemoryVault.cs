using E2EKafka.Cryptography;

namespace E2EKafka;

/// <summary>
/// A vault in this process's memory: gone, and zeroed, when disposed. Every start of the process is a new member, so the enrollment
/// ticket must allow that, and a producer can send only while someone else can read (see <see cref="IVaultStore.IsDurable"/>).
/// </summary>
public sealed class MemoryVault : IVaultStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Dictionary<string, SecretBytes>> _collections = [];
    private bool _disposed;

    /// <inheritdoc/>
    public bool IsDurable => false;

    /// <inheritdoc/>
    public byte[]? Read(string collection, string name)
    {
        VaultBatch.CheckName(collection);
        VaultBatch.CheckName(name);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _collections.TryGetValue(collection, out var values) && values.TryGetValue(name, out var value) ? value.Span.ToArray() : null;
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, byte[]> List(string collection)
    {
        VaultBatch.CheckName(collection);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _collections.TryGetValue(collection, out var values)
                ? values.ToDictionary(value => value.Key, value => value.Value.Span.ToArray())
                : [];
        }
    }

    /// <inheritdoc/>
    public void Write(VaultBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            foreach (var change in batch.Changes)
                Apply(change);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var value in _collections.Values.SelectMany(values => values.Values))
                value.Dispose();
            _collections.Clear();
            _disposed = true;
        }
    }

    private void Apply(VaultChange change)
    {
        if (!_collections.TryGetValue(change.Collection, out var values))
            _collections[change.Collection] = values = [];
        if (values.Remove(change.Name, out var old))
            old.Dispose();
        if (!change.IsDelete)
            values[change.Name] = SecretBytes.CopyOf(change.Value);
    }
}

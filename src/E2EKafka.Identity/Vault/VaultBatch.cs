using E2EKafka.Cryptography;

namespace E2EKafka;

/// <summary>
/// Changes that a vault applies together or not at all, in the order they were added. Holds copies of the values, zeroed by
/// <see cref="Dispose"/>. Not safe for concurrent use.
/// </summary>
public sealed class VaultBatch : IDisposable
{
    /// <summary>The longest collection or name, in characters.</summary>
    public const int MaxNameLength = 512;

    /// <summary>The largest value, in bytes (1 MiB).</summary>
    public const int MaxValueSize = 1024 * 1024;

    private readonly List<VaultChange> _changes = [];

    /// <summary>The changes, in order: what an <see cref="IVaultStore"/> applies.</summary>
    public IReadOnlyList<VaultChange> Changes => _changes;

    /// <summary>Sets a value, replacing the one of that name. The bytes are copied.</summary>
    public VaultBatch Put(string collection, string name, ReadOnlySpan<byte> value)
    {
        CheckName(collection);
        CheckName(name);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(value.Length, MaxValueSize, nameof(value));
        _changes.Add(new VaultChange(collection, name, SecretBytes.CopyOf(value)));
        return this;
    }

    /// <summary>Removes a value if it is there.</summary>
    public VaultBatch Delete(string collection, string name)
    {
        CheckName(collection);
        CheckName(name);
        _changes.Add(new VaultChange(collection, name, null));
        return this;
    }

    /// <summary>Zeroes the copies of the values and empties the batch.</summary>
    public void Dispose()
    {
        foreach (var change in _changes)
            change.Zero();
        _changes.Clear();
    }

    /// <summary>Whether a collection or name as it is stored is one that a batch takes.</summary>
    internal static bool IsName(ReadOnlySpan<byte> stored) =>
        stored.Length is >= 1 and <= MaxNameLength && !stored.ContainsAnyExceptInRange((byte)'!', (byte)'~');

    internal static void CheckName(string name, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(name))] string? parameter = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, parameter);
        if (name.Length > MaxNameLength || name.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw new ArgumentException($"Collections and names in a vault are 1 to {MaxNameLength} printable ASCII characters without space.", parameter);
    }
}

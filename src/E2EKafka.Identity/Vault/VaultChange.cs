using System.Diagnostics;
using E2EKafka.Cryptography;

namespace E2EKafka;

/// <summary>One change of a <see cref="VaultBatch"/>: a value to set, or a deletion.</summary>
[DebuggerDisplay("{ToString(),nq}")]
public sealed class VaultChange
{
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    private readonly SecretBytes? _value;

    internal VaultChange(string collection, string name, SecretBytes? value)
    {
        Collection = collection;
        Name = name;
        _value = value;
    }

    /// <summary>The collection.</summary>
    public string Collection { get; }

    /// <summary>The name within the collection.</summary>
    public string Name { get; }

    /// <summary>Whether the value is to be removed; if not, <see cref="Value"/> is to be set.</summary>
    public bool IsDelete => _value is null;

    /// <summary>The value to set, empty for a deletion. Valid until the batch is disposed; copy what you keep, and zero the copy.</summary>
    [DebuggerBrowsable(DebuggerBrowsableState.Never)]
    public ReadOnlySpan<byte> Value => _value is null ? default : _value.Span;

    /// <summary>What it does and to which name; never the value.</summary>
    public override string ToString() => $"{(IsDelete ? "delete" : "put")} {Collection}/{Name}";

    internal void Zero() => _value?.Dispose();
}

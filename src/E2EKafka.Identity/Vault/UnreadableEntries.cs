using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace E2EKafka.Vault;

/// <summary>
/// The entries of a vault that cannot be read: up to <see cref="MaxNames"/> of them by name, the last found, and how many others.
/// Not safe for concurrent use.
/// </summary>
internal sealed class UnreadableEntries
{
    /// <summary>How many are kept by name.</summary>
    public const int MaxNames = 1000;

    private const int MaxShownLength = 100;

    // By hash: a damaged name may be long, and two may be shown alike.
    private readonly OrderedDictionary<string, string> _names = [];
    private int _others;

    /// <summary>Each as <c>collection/name</c>; a last one says how many others there are at least.</summary>
    public IReadOnlyCollection<string> Names => _others == 0 ? [.. _names.Values] : [.. _names.Values, $"(and at least {_others} more)"];

    /// <param name="collection">The entry's collection, as it is stored.</param>
    /// <param name="name">Its name, as it is stored.</param>
    /// <param name="isNew">Whether it was certainly not added before.</param>
    public void Add(ReadOnlySpan<byte> collection, ReadOnlySpan<byte> name, bool isNew)
    {
        if (!_names.TryAdd(HashOf(collection, name), $"{Shown(collection)}/{Shown(name)}") || _names.Count <= MaxNames)
            return;

        // The last found stays: who reads null looks here for its reason.
        _names.RemoveAt(0);
        _others = isNew ? _others + 1 : Math.Max(_others, 1);
    }

    public void Remove(string collection, string name)
    {
        if (_names.Count > 0)
            _names.Remove(HashOf(Encoding.ASCII.GetBytes(collection), Encoding.ASCII.GetBytes(name)));
    }

    private static string Shown(ReadOnlySpan<byte> text) =>
        text.Length is >= 1 and <= MaxShownLength && !text.ContainsAnyExceptInRange((byte)' ', (byte)'~') ? Encoding.ASCII.GetString(text) : "?";

    private static string HashOf(ReadOnlySpan<byte> collection, ReadOnlySpan<byte> name)
    {
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(length, collection.Length);
        return Convert.ToHexString(SHA256.HashData([.. length, .. collection, .. name]));
    }
}

using System.Buffers.Binary;

namespace E2EKafka;

/// <summary>The answer to ApiVersions, which names the requests that a broker knows. The relay adds those that it answers itself.</summary>
internal static class ApiVersionsAnswer
{
    /// <summary>The last version of the request that the mock cluster knows.</summary>
    public const short LastVersion = 2;

    private const short UnsupportedVersion = 35;

    // Correlation id, error, count, then key, first and last version of each request; what follows the list stays.
    private const int ErrorAt = 4;
    private const int CountAt = 6;
    private const int ListAt = 10;
    private const int EntrySize = 3 * sizeof(short);

    /// <summary>The answer with some requests added, or narrowed to some versions where it has them.</summary>
    /// <param name="response">The mock cluster's answer, without its length.</param>
    /// <param name="version">The version of the request.</param>
    /// <param name="requests">Key, first and last version of each.</param>
    public static byte[] With(byte[] response, short version, IReadOnlyCollection<(short Key, short First, short Last)> requests)
    {
        // An error, such as the answer to a version that is too new, names no requests.
        if (version > LastVersion || response.Length < ListAt || BinaryPrimitives.ReadInt16BigEndian(response.AsSpan(ErrorAt)) != 0)
            return response;

        var count = BinaryPrimitives.ReadInt32BigEndian(response.AsSpan(CountAt));
        if (count < 0 || count > (response.Length - ListAt) / EntrySize)
            throw new InvalidDataException("The answer to ApiVersions is cut off.");

        var entries = new Dictionary<short, (short First, short Last)>();
        for (var i = 0; i < count; i++)
        {
            var entry = response.AsSpan(ListAt + (i * EntrySize), EntrySize);
            entries[ReadAt(entry, 0)] = (ReadAt(entry, 1), ReadAt(entry, 2));
        }

        foreach (var (key, first, last) in requests)
        {
            entries[key] = entries.TryGetValue(key, out var listed)
                ? (Math.Max(first, listed.First), Math.Min(last, listed.Last))
                : (first, last);
        }

        var patched = new byte[response.Length + ((entries.Count - count) * EntrySize)];
        response.AsSpan(0, ListAt).CopyTo(patched);
        BinaryPrimitives.WriteInt32BigEndian(patched.AsSpan(CountAt), entries.Count);
        var at = ListAt;
        foreach (var (key, (first, last)) in entries)
        {
            foreach (var number in new[] { key, first, last })
            {
                BinaryPrimitives.WriteInt16BigEndian(patched.AsSpan(at), number);
                at += sizeof(short);
            }
        }

        response.AsSpan(ListAt + (count * EntrySize)).CopyTo(patched.AsSpan(at));
        return patched;
    }

    /// <summary>The answer to a version that is too new, as brokers give it since KIP-511: in version 0, with the requests that there are. The mock cluster's own cannot be read.</summary>
    /// <param name="response">The answer to version 0.</param>
    public static byte[] ToNewerVersion(byte[] response)
    {
        BinaryPrimitives.WriteInt16BigEndian(response.AsSpan(ErrorAt), UnsupportedVersion);
        return response;
    }

    private static short ReadAt(ReadOnlySpan<byte> entry, int index) => BinaryPrimitives.ReadInt16BigEndian(entry[(index * sizeof(short))..]);
}

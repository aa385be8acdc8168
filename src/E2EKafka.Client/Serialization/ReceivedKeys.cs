using System.Runtime.CompilerServices;
using Confluent.Kafka;

namespace E2EKafka.Serialization;

/// <summary>
/// The hashes of keys that <c>BindKey</c>'s deserializer has read, for the deserializers of the records' values. A record is known by its
/// headers: Confluent.Kafka makes a Headers object for each record and gives it to both, the key's first.
/// </summary>
/// <remarks>
/// A place belongs to one record until its value was read, on whichever thread. Where two records want one place, or a value could not be
/// read, the hash moves to a table that ends with the headers. So the usual record takes no lock and allocates nothing, and no record's
/// hash is ever lost: a value that finds none was read without its key.
/// </remarks>
internal static class ReceivedKeys
{
    private static readonly Entry?[] Places = new Entry?[256];
    private static readonly ConditionalWeakTable<Headers, byte[]> Others = [];

    [ThreadStatic]
    private static Entry? _spare;

    // Where no key was ever kept for later, as in a process that binds none, no record looks for one.
    private static volatile bool _hasOthers;

    public static void Put(Headers headers, ReadOnlySpan<byte> key, bool isNull)
    {
        var entry = _spare ?? new Entry();
        _spare = null;
        entry.Headers = headers;
        RecordKeyHash.Write(key, isNull, entry.Hash);

        // What was kept of the same record, which is read again, is worth nothing now.
        Forget(headers);
        if (Find(headers) is { } earlier)
            Free(earlier);
        if (Interlocked.CompareExchange(ref PlaceOf(headers), entry, null) is not null)
            Keep(headers, entry.Hash);
    }

    /// <summary>The hash of the record's key; <see langword="null"/> if no deserializer of ours has read it.</summary>
    public static byte[]? HashOf(Headers headers) => Find(headers)?.Hash ?? (_hasOthers && Others.TryGetValue(headers, out var hash) ? hash : null);

    /// <summary>Says that a record's value was read, or could not be: then the hash is kept for another attempt.</summary>
    public static void Done(Headers headers, bool wasRead)
    {
        if (wasRead)
            Forget(headers);
        if (Find(headers) is not { } entry)
            return;

        if (!wasRead)
            Keep(headers, entry.Hash.ToArray());
        Free(entry);
    }

    private static void Keep(Headers headers, byte[] hash)
    {
        _hasOthers = true;
        Others.AddOrUpdate(headers, hash);
    }

    // To look takes no lock; to remove does.
    private static void Forget(Headers headers)
    {
        if (_hasOthers && Others.TryGetValue(headers, out _))
            Others.Remove(headers);
    }

    private static Entry? Find(Headers headers) => Volatile.Read(ref PlaceOf(headers)) is { } entry && ReferenceEquals(entry.Headers, headers) ? entry : null;

    private static void Free(Entry entry)
    {
        Volatile.Write(ref PlaceOf(entry.Headers!), null);
        entry.Headers = null;
        _spare = entry;
    }

    private static ref Entry? PlaceOf(Headers headers) => ref Places[RuntimeHelpers.GetHashCode(headers) & (Places.Length - 1)];

    private sealed class Entry
    {
        public Headers? Headers;

        public byte[] Hash { get; } = new byte[MessageContext.RecordKeyHashSize];
    }
}

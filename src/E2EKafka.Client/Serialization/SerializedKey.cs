using Confluent.Kafka;

namespace E2EKafka.Serialization;

/// <summary>
/// The hash of the key that <c>BindKey</c>'s serializer has just written, for the value's serializer. Confluent.Kafka calls one right after
/// the other, on one thread and with the same headers. So it is kept by thread: an application may share one Headers object among messages
/// that it sends on many threads.
/// </summary>
internal static class SerializedKey
{
    [ThreadStatic]
    private static Headers? _headers;

    [ThreadStatic]
    private static string? _topic;

    [ThreadStatic]
    private static byte[]? _hash;

    public static void Put(SerializationContext context, ReadOnlySpan<byte> key, bool isNull)
    {
        _hash ??= new byte[MessageContext.RecordKeyHashSize];
        RecordKeyHash.Write(key, isNull, _hash);
        _headers = context.Headers;
        _topic = context.Topic;
    }

    /// <summary>Takes it out, for the value of the same record.</summary>
    /// <returns>The hash, which is the caller's; <see langword="null"/> if the record's key is not bound.</returns>
    public static byte[]? Take(SerializationContext context)
    {
        var isOfThisRecord = _headers is not null && ReferenceEquals(_headers, context.Headers) && _topic == context.Topic;
        _headers = null;
        if (!isOfThisRecord)
            return null;

        var hash = _hash;
        _hash = null;
        return hash;
    }

    /// <summary>Gives the memory of a hash back, for the next record's.</summary>
    public static void Return(byte[]? hash) => _hash ??= hash;
}

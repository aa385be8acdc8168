using Confluent.Kafka;

namespace E2EKafka.Serialization;

/// <summary>
/// The hash of the key that <c>BindKey</c>'s serializer has just written, for the value's serializer. Confluent.Kafka calls one right after
/// the other, with the same headers and, unless the key's serializer is asynchronous, on one thread. So it is kept by thread, or by the
/// asynchronous flow: an application may share one Headers object among messages that it sends on many threads.
/// </summary>
internal static class SerializedKey
{
    private static readonly AsyncLocal<Pending?> Flow = new();

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

    /// <summary>A key is being serialized, and the value of the same record will be in the flow of the caller.</summary>
    public static Pending Begin(SerializationContext context)
    {
        // What a key before this one has left on the thread is of another record.
        _headers = null;
        return Flow.Value = new Pending(context.Headers, context.Topic);
    }

    /// <summary>Takes it out, for the value of the same record.</summary>
    /// <returns>The hash, which is the caller's; <see langword="null"/> if the record's key is not bound.</returns>
    public static byte[]? Take(SerializationContext context)
    {
        var isOfThisRecord = _headers is not null && ReferenceEquals(_headers, context.Headers) && _topic == context.Topic;
        _headers = null;
        if (!isOfThisRecord)
            return Flow.Value?.Take(context);

        var hash = _hash;
        _hash = null;
        return hash;
    }

    /// <summary>Gives the memory of a hash back, for the next record's.</summary>
    public static void Return(byte[]? hash) => _hash ??= hash;

    /// <summary>The hash of a key that is serialized asynchronously.</summary>
    internal sealed class Pending(Headers headers, string topic)
    {
        private byte[]? _hash;

        public void Complete(byte[]? key) => Volatile.Write(ref _hash, RecordKeyHash.Of(key, isNull: key is null));

        /// <inheritdoc cref="SerializedKey.Take"/>
        public byte[]? Take(SerializationContext context) =>
            ReferenceEquals(headers, context.Headers) && topic == context.Topic ? Interlocked.Exchange(ref _hash, null) : null;
    }
}

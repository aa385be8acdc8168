using System.Runtime.CompilerServices;
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

    // How many keys were begun with a Headers object whose values have not come.
    private static readonly ConditionalWeakTable<Headers, StrongBox<int>> Begun = [];
    private static volatile bool _isAsyncUsed;

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
        _isAsyncUsed = true;
        var begun = Begun.GetValue(context.Headers, static _ => new StrongBox<int>());
        Interlocked.Increment(ref begun.Value);
        return Flow.Value = new Pending(context.Headers, context.Topic, begun);
    }

    /// <summary>Takes it out, for the value of the same record.</summary>
    /// <returns>The hash, which is the caller's; <see langword="null"/> if the record's key is not bound.</returns>
    /// <exception cref="EndToEndKafkaException">A key was begun asynchronously with these headers, and its hash is in another flow.</exception>
    public static byte[]? Take(SerializationContext context)
    {
        var isOfThisRecord = _headers is not null && ReferenceEquals(_headers, context.Headers) && _topic == context.Topic;
        _headers = null;
        if (!isOfThisRecord)
            return _isAsyncUsed ? TakeFromFlow(context) : null;

        var hash = _hash;
        _hash = null;
        return hash;
    }

    /// <summary>Gives the memory of a hash back, for the next record's.</summary>
    public static void Return(byte[]? hash) => _hash ??= hash;

    private static byte[]? TakeFromFlow(SerializationContext context)
    {
        if (Flow.Value?.Take(context) is { } hash)
            return hash;
        if (!Begun.TryGetValue(context.Headers, out var begun) || Volatile.Read(ref begun.Value) == 0)
            return null;

        // An async method around our serializer, or a flow that was suppressed, hides the hash from the value, which would go out unbound.
        throw new EndToEndKafkaException(FailureReason.RecordContextMissing,
            "BindKey has serialized a key asynchronously, and the value does not find it. Pass what BindKey returns to SetKeySerializer as it is: wrap what is inside of it, and not BindKey itself; and share no Headers object with a producer that does not bind its keys.");
    }

    /// <summary>The hash of a key that is serialized asynchronously.</summary>
    internal sealed class Pending(Headers headers, string topic, StrongBox<int> begun)
    {
        private byte[]? _hash;
        private int _isOver;

        public void Complete(byte[]? key) => Volatile.Write(ref _hash, RecordKeyHash.Of(key, isNull: key is null));

        /// <summary>There is no key, and so no value.</summary>
        public void Fail() => End();

        /// <inheritdoc cref="SerializedKey.Take"/>
        public byte[]? Take(SerializationContext context)
        {
            if (!ReferenceEquals(headers, context.Headers) || topic != context.Topic || Interlocked.Exchange(ref _hash, null) is not { } hash)
                return null;

            End();
            return hash;
        }

        private void End()
        {
            if (Interlocked.Exchange(ref _isOver, 1) == 0)
                Interlocked.Decrement(ref begun.Value);
        }
    }
}

using Confluent.Kafka;
using E2EKafka.Messages;

namespace E2EKafka.Serialization;

/// <summary>
/// Keeps the values that one deserializer is given on this thread, if they take long to open, instead of having them opened: a batch of them is
/// opened on all cores. What is opened in a microsecond is not worth the copy.
/// </summary>
internal sealed class DeferredValues : IDisposable
{
    [ThreadStatic]
    private static DeferredValues? _current;

    private readonly DeferredValues? _outer;
    private readonly object? _deserializer;
    private DeferredValue? _last;
    private int _kept;

    private DeferredValues(object? deserializer)
    {
        _deserializer = deserializer;
        _outer = _current;
        _current = this;
    }

    /// <summary>From now on until it is disposed.</summary>
    /// <param name="deserializer">The deserializer; <see langword="null"/> to keep nothing.</param>
    public static DeferredValues Of(object? deserializer) => new(deserializer);

    /// <summary>Whether a value was kept. Then the deserializer returns what stands for no value.</summary>
    public static bool Take(object deserializer, MessageProtector protector, ReadOnlySpan<byte> data, bool isNull, SerializationContext context) =>
        _current is { } current && !isNull && ReferenceEquals(current._deserializer, deserializer) && current.TryTake(protector, data, context);

    /// <summary>Keeps nothing on this thread until what it returns is disposed: another consumer's call inside of a handler needs its values now.</summary>
    public static Suspension Suspend() => new(_current);

    /// <summary>The value of the record that was consumed last; <see langword="null"/> if it was not kept.</summary>
    /// <param name="headers">The record's headers.</param>
    /// <exception cref="EndToEndKafkaException">A handler has consumed with another consumer that has the same deserializer, and got no value.</exception>
    public DeferredValue? TakeLast(Headers? headers)
    {
        var (last, kept) = (_last, _kept);
        (_last, _kept) = (null, 0);
        if (kept == 0 || (kept == 1 && ReferenceEquals(last?.Headers, headers)))
            return last;

        last?.Dispose();
        throw new EndToEndKafkaException(FailureReason.OptionsInvalid,
            "A handler of this consumer has consumed with another one that has the same deserializer. Give each consumer a deserializer of its own.");
    }

    public void Dispose()
    {
        _current = _outer;
        _last?.Dispose();
        _last = null;
    }

    private bool TryTake(MessageProtector protector, ReadOnlySpan<byte> data, SerializationContext context)
    {
        if (context.Component == MessageComponentType.Key || string.IsNullOrEmpty(context.Topic) || context.Headers is null ||
            protector.TryFind(data, context.Topic, out _)?.Session is not { Keys.ProvenBy: MessageProof.Signature })
            return false;

        // Its place is needed for the keys of the records that come next.
        var recordKeyHash = ReceivedKeys.HashOf(context.Headers)?.AsSpan().ToArray();
        if (recordKeyHash is not null)
            ReceivedKeys.Done(context.Headers, wasRead: true);
        _last?.Dispose();
        _last = new DeferredValue(protector, data, context, recordKeyHash);
        _kept++;
        return true;
    }

    /// <summary>Restores what was kept before.</summary>
    public readonly ref struct Suspension
    {
        private readonly DeferredValues? _suspended;

        internal Suspension(DeferredValues? suspended)
        {
            _suspended = suspended;
            _current = null;
        }

        public void Dispose() => _current = _suspended;
    }
}

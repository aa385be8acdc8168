using System.Runtime.ExceptionServices;
using Confluent.Kafka;
using E2EKafka.Messages;

namespace E2EKafka.Serialization;

/// <summary>What is kept of one consumer between calls. For the thread that consumes.</summary>
internal sealed class ConsumptionState
{
    /// <summary>
    /// How many records are opened one after the other when one of a batch was refused that is read again: a forger costs a consumer one
    /// such reading for that many records, not for each of the forger's.
    /// </summary>
    private const int InTurnAfterRefusal = 1_000;

    private object? _deserializer;
    private bool _hasLooked;
    private int _inTurn;
    private (Exception Exception, TopicPartitionOffset? Record, OpenFailure? Failure)? _left;

    public WaitingPartitions Waiting { get; } = new();

    /// <summary>The deserializer whose values are opened after a batch is consumed; <see langword="null"/> where they are opened one after the other.</summary>
    public IDeferringDeserializer<TValue>? DeserializerOf<TKey, TValue>(IConsumer<TKey, TValue> consumer) =>
        _inTurn > 0 || Waiting.ReadsAgain ? null : KnownDeserializerOf(consumer);

    /// <summary>
    /// The consumer's calls do not block the thread until the result is disposed. Those of another consumer do, in a handler of this one: a plain
    /// loop has no other way to wait.
    /// </summary>
    public OpeningPatience.NonBlockingScope WithoutBlocking<TKey, TValue>(IConsumer<TKey, TValue> consumer) =>
        OpeningPatience.WithoutBlocking(KnownDeserializerOf(consumer)?.Patience);

    /// <summary>A record of a batch was refused.</summary>
    public void Refused() => _inTurn = InTurnAfterRefusal;

    /// <summary>Records were consumed.</summary>
    public void Consumed(int records) => _inTurn = Math.Max(0, _inTurn - records);

    /// <summary>Keeps what Consume has thrown after the records of a batch, for the call after the one that hands these over.</summary>
    /// <param name="exception">What it has thrown.</param>
    /// <param name="record">The record that it is about, if it is about one.</param>
    /// <param name="failure">Why that is refused.</param>
    public void Leave(Exception exception, TopicPartitionOffset? record = null, OpenFailure? failure = null) => _left = (exception, record, failure);

    /// <summary>Throws what was left.</summary>
    public void ThrowWhatIsLeft(bool storeOffsets)
    {
        if (_left is not { } left)
            return;

        _left = null;
        if (left.Record is { } record)
            Waiting.HandOver(record, storeOffsets, left.Failure);
        ExceptionDispatchInfo.Throw(left.Exception);
    }

    private IDeferringDeserializer<TValue>? KnownDeserializerOf<TKey, TValue>(IConsumer<TKey, TValue> consumer)
    {
        if (!_hasLooked)
            _deserializer = ConsumerDeserializer.Of(consumer);
        _hasLooked = true;
        return (IDeferringDeserializer<TValue>?)_deserializer;
    }
}

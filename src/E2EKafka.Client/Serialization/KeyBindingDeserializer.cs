using System.Security.Cryptography;
using Confluent.Kafka;
using E2EKafka.Messages;

namespace E2EKafka.Serialization;

/// <summary>Refuses a record whose key is not the one that its producer bound to the value. That the value agrees is the value's deserializer's part.</summary>
internal sealed class KeyBindingDeserializer<T>(IDeserializer<T> inner, MessageProtector protector) : IDeserializer<T>
{
    public T Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        if (string.IsNullOrEmpty(context.Topic) || context.Headers is null)
            throw Refused(SerializerFailure.ContextMissing(context), context);

        var bound = RecordHeaders.Find(context.Headers, RecordHeaders.RecordKeyHash);
        if (bound is null ? !UnboundKeys.Allows(protector, context.Topic) : !CryptographicOperations.FixedTimeEquals(bound, RecordHeaders.HashOf(data, isNull)))
            throw Refused(MessageProtector.FailureOf(FailureReason.RecordKeyMismatch, context.Topic), context);
        if (bound is null)
            UnboundKeys.Add(context.Headers);

        try
        {
            return inner.Deserialize(data, isNull, context);
        }
        catch (Exception e)
        {
            throw Refused(SerializerFailure.FailureOf(inner, context, e), context);
        }
    }

    // Thrown, whatever deserializer the value has: a consumer must not get a key that was not checked.
    private MessageOpenException Refused(OpenFailure failure, SerializationContext context) =>
        new(protector.Refused(failure, SerializerFailure.TopicOf(context)));
}

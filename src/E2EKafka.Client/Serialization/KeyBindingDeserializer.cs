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
            throw SerializerFailure.ContextMissing(context.Topic);

        var bound = RecordHeaders.Find(context.Headers, RecordHeaders.RecordKeyHash);
        if (bound is null ? !AllowsUnbound(context.Topic) : !CryptographicOperations.FixedTimeEquals(bound, RecordHeaders.HashOf(data, isNull)))
            throw new MessageOpenException(protector.Refused(MessageProtector.FailureOf(FailureReason.RecordKeyMismatch, context.Topic), context.Topic));

        return inner.Deserialize(data, isNull, context);
    }

    // A plaintext or a bare null, where the topic lets one through, has nothing that could bind its key. From a value that was bound
    // nobody can take the binding away: it would no longer open.
    private bool AllowsUnbound(string topic) => protector.AllowsPlaintext(topic) || protector.AllowsBareTombstones(topic);
}

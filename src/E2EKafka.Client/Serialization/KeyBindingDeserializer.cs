using Confluent.Kafka;
using E2EKafka.Messages;

namespace E2EKafka.Serialization;

/// <summary>
/// Has the value's deserializer compare the record's key with the one that the message is bound to, and refuse a message that is bound to
/// none. The message, which proves that, is in the value, so the key comes out first: it counts only with its value.
/// </summary>
internal sealed class KeyBindingDeserializer<T>(IDeserializer<T> inner, MessageProtector protector) : IDeserializer<T>
{
    public T Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
    {
        if (string.IsNullOrEmpty(context.Topic) || context.Headers is null)
            throw Refused(SerializerFailure.ContextMissing(context), context);

        if (InnerDeserializer.Run(inner, data, isNull, context, protector, out var key) is { } failure)
            throw Refused(failure, context);

        ReceivedKeys.Put(context.Headers, data, isNull);
        return key!;
    }

    private MessageOpenException Refused(OpenFailure failure, SerializationContext context) =>
        new(protector.Refused(failure, SerializerFailure.TopicOf(context)));
}

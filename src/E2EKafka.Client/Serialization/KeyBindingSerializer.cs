using Confluent.Kafka;

namespace E2EKafka.Serialization;

/// <summary>Leaves a record's key as it is, and has the value bound to it. Confluent.Kafka serializes the key first, on the same thread and with the same headers.</summary>
internal sealed class KeyBindingSerializer<T>(ISerializer<T> inner) : ISerializer<T>
{
    public byte[] Serialize(T data, SerializationContext context)
    {
        Require(context);
        var key = inner.Serialize(data, context);
        SerializedKey.Put(context, key, key is null);
        return key!;
    }

    /// <exception cref="EndToEndKafkaException">It is not the key of a record.</exception>
    public static void Require(SerializationContext context)
    {
        if (context.Component != MessageComponentType.Key || context.Headers is null)
        {
            throw new EndToEndKafkaException(FailureReason.RecordContextMissing,
                "BindKey is for the serializer of a record's key: pass it to SetKeySerializer, and use Encrypt for the value.");
        }
    }
}

using Confluent.Kafka;

namespace E2EKafka.Serialization;

/// <summary>Where a value that is being serialized goes, checked.</summary>
internal readonly struct EncryptionTarget
{
    private readonly string _topic;
    private readonly byte[]? _recordKeyHash;

    private EncryptionTarget(string topic, byte[]? recordKeyHash)
    {
        _topic = topic;
        _recordKeyHash = recordKeyHash;
    }

    /// <exception cref="EndToEndKafkaException">It is a record's key, or the topic or the headers are missing.</exception>
    public static EncryptionTarget Of(SerializationContext context)
    {
        if (context.Component == MessageComponentType.Key)
            throw SerializerFailure.KeyNotEncryptable();
        if (string.IsNullOrEmpty(context.Topic) || context.Headers is null)
        {
            throw new EndToEndKafkaException(FailureReason.RecordContextMissing,
                "The serializer was called without a topic or headers. Let Confluent.Kafka call it, or pass a whole SerializationContext.");
        }

        return new EncryptionTarget(context.Topic, SerializedKey.Take(context));
    }

    public MessageContext Value() => new(_topic, MessageComponentType.Value, _recordKeyHash);

    public MessageContext Tombstone() => new(_topic, MessageComponentType.Value, _recordKeyHash) { IsTombstone = true };

    /// <summary>Says that its messages are made.</summary>
    public void ReturnHash() => SerializedKey.Return(_recordKeyHash);

    public static byte[]? Run<T>(ISerializer<T> inner, T data, SerializationContext context, bool includesInnerMessages)
    {
        try
        {
            return inner.Serialize(data, context);
        }
        catch (Exception e) when (e is not EndToEndKafkaException)
        {
            throw SerializerFailure.Of(inner, context, e, includesInnerMessages);
        }
    }

    public static async Task<byte[]?> RunAsync<T>(IAsyncSerializer<T> inner, T data, SerializationContext context, bool includesInnerMessages)
    {
        try
        {
            return await inner.SerializeAsync(data, context).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not EndToEndKafkaException)
        {
            throw SerializerFailure.Of(inner, context, e, includesInnerMessages);
        }
    }
}

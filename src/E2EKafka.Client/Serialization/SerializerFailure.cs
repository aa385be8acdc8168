using Confluent.Kafka;
using E2EKafka.Messages;

namespace E2EKafka.Serialization;

/// <summary>
/// What is told of an inner serializer's exception. It is passed on as it is, as the inner exception. Its text stays out of our own messages,
/// unless the options say otherwise: it may hold plaintext, and Confluent.Kafka copies texts into errors that are logged.
/// </summary>
internal static class SerializerFailure
{
    public static EndToEndKafkaException Of(object inner, SerializationContext context, Exception exception, bool includesMessages)
    {
        var failure = FailureOf(inner, context, exception, isTransient: null, includesMessages);
        return new EndToEndKafkaException(failure.Reason, failure.Message, exception);
    }

    // What E2EKafka itself says, as where one of its deserializers is inside another, has its own reason.
    public static OpenFailure FailureOf(object inner, SerializationContext context, Exception exception, Func<Exception, bool>? isTransient, bool includesMessages)
    {
        if (exception is MessageOpenException opening)
            return opening.Failure;
        if (exception is EndToEndKafkaException known)
            return new OpenFailure(known.Reason, known.Message);

        var text = includesMessages
            ? exception.Message
            : "Its message is in the inner exception, which may hold plaintext.";
        var what = $"{inner.GetType().Name} failed with {exception.GetType().Name} on topic '{TopicOf(context)}'.";
        return (isTransient ?? TransientExceptions.AreIn)(exception)
            ? new OpenFailure(FailureReason.InnerSerializerUnavailable, $"{what} That passes by itself: what it needs, such as a schema registry, cannot be reached. {text}") { InnerException = exception }
            : new OpenFailure(FailureReason.InnerSerializerFailed, $"{what} {text}") { InnerException = exception };
    }

    public static EndToEndKafkaException KeyNotEncryptable() => new(
        FailureReason.RecordKeyNotEncryptable,
        "A record's key cannot be encrypted: that would break partitioning and compaction. Wrap the key's serializer in BindKey, which leaves the key readable and binds it to the value.");

    public static OpenFailure ContextMissing(SerializationContext context) =>
        OpenFailures.Of(FailureReason.RecordContextMissing, TopicOf(context));

    public static string TopicOf(SerializationContext context) => string.IsNullOrEmpty(context.Topic) ? "(hidden)" : context.Topic;
}

using Confluent.Kafka;
using E2EKafka.Messages;

namespace E2EKafka.Serialization;

/// <summary>
/// What is told of an inner serializer's exception. Its own text and its causes are left out: they may hold plaintext, and
/// Confluent.Kafka copies texts into errors that are logged.
/// </summary>
internal static class SerializerFailure
{
    public static EndToEndKafkaException Of(object inner, SerializationContext context, Exception exception) =>
        new(FailureReason.InnerSerializerFailed, Withheld(inner, context, exception).Message);

    // What E2EKafka itself says, as where one of its deserializers is inside another, holds no plaintext and has its own reason.
    public static OpenFailure FailureOf(object inner, SerializationContext context, Exception exception) => exception switch
    {
        MessageOpenException opening => opening.Failure,
        EndToEndKafkaException known => new OpenFailure(known.Reason, known.Message),
        _ => Withheld(inner, context, exception),
    };

    private static OpenFailure Withheld(object inner, SerializationContext context, Exception exception) => new(
        FailureReason.InnerSerializerFailed,
        $"{inner.GetType().Name} failed with {exception.GetType().Name} on topic '{context.Topic}'. Its message is withheld, because it may hold plaintext; call {inner.GetType().Name} by itself to see it.");

    public static EndToEndKafkaException KeyNotEncryptable() => new(
        FailureReason.RecordKeyNotEncryptable,
        "A record's key cannot be encrypted: that would break partitioning and compaction. Wrap the key's serializer in BindKey, which leaves the key readable and binds it to the value.");

    public static OpenFailure ContextMissing(SerializationContext context) =>
        MessageProtector.FailureOf(FailureReason.RecordContextMissing, TopicOf(context));

    public static string TopicOf(SerializationContext context) => string.IsNullOrEmpty(context.Topic) ? "(hidden)" : context.Topic;
}

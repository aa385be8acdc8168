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
        new(FailureReason.InnerSerializerFailed, FailureOf(inner, context, exception).Message);

    public static OpenFailure FailureOf(object inner, SerializationContext context, Exception exception) => new(
        FailureReason.InnerSerializerFailed,
        $"{inner.GetType().Name} failed with {exception.GetType().Name} on topic '{context.Topic}'. Its message is withheld, because it may hold plaintext; call {inner.GetType().Name} by itself to see it.");

    public static EndToEndKafkaException KeyNotEncryptable() => new(
        FailureReason.RecordKeyNotEncryptable,
        "A record's key cannot be encrypted: that would break partitioning and compaction. Wrap the key's serializer in BindKey, which leaves the key readable and binds it to the value.");

    public static MessageOpenException ContextMissing(string? topic) =>
        new(MessageProtector.FailureOf(FailureReason.RecordContextMissing, topic ?? "(hidden)"));
}

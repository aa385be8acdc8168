using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Confluent.Kafka;

namespace E2EKafka.Serialization;

/// <summary>Tells whether a consumer's values come straight out of a deserializer of ours.</summary>
internal static class ConsumerDeserializer
{
    private const string Field = "valueDeserializer";

    /// <summary>The deserializer whose values a consumer hands out unchanged; <see langword="null"/> if that is not known.</summary>
    /// <remarks>
    /// A value that is opened later is first none. No deserializer of the application that is around ours may see that, and a consumer does not
    /// show its deserializer. Where the field of Confluent.Kafka's consumer is not there, as in a consumer that is around that one, values
    /// are opened one after the other.
    /// </remarks>
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = "Where the trimmer has taken the field away, values are opened one after the other.")]
    public static IDeferringDeserializer<TValue>? Of<TKey, TValue>(IConsumer<TKey, TValue> consumer) =>
        consumer.GetType() is var type && type.Assembly == typeof(IConsumer<,>).Assembly
            ? type.GetField(Field, BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(consumer) as IDeferringDeserializer<TValue>
            : null;
}

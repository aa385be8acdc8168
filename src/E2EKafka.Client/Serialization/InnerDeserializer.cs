using Confluent.Kafka;
using E2EKafka.Diagnostics;
using E2EKafka.Messages;

namespace E2EKafka.Serialization;

/// <summary>Runs the application's deserializer, and again where what it lacks comes back by itself.</summary>
internal static class InnerDeserializer
{
    /// <returns>Why there is no value; <see langword="null"/> if there is one.</returns>
    public static OpenFailure? Run<T>(
        IDeserializer<T> inner, ReadOnlySpan<byte> data, bool isNull, SerializationContext context, MessageProtector protector, out T? value)
    {
        if (Try(inner, data, isNull, context, protector, out value) is not { } failure)
            return null;
        if (failure.Reason != FailureReason.InnerSerializerUnavailable)
            return failure;
        if (!protector.Patience.Blocks)
            return protector.Patience.Later(failure, SerializerFailure.TopicOf(context));

        using var wait = BeginWait(failure, context, protector);
        for (var attempt = 0; protector.Patience.WaitToRetry(wait, ref attempt);)
        {
            if (Try(inner, data, isNull, context, protector, out value) is not { } again)
            {
                wait.Outcome = WaitOutcome.Opened;
                return null;
            }

            if (again.Reason != FailureReason.InnerSerializerUnavailable)
            {
                wait.Outcome = WaitOutcome.Refused;
                return again;
            }
        }

        return failure;
    }

    // By itself, because a closure is allocated where its method begins, and this is not the usual way.
    private static RecordWait BeginWait(OpenFailure failure, SerializationContext context, MessageProtector protector) =>
        protector.Patience.Begin(context.Topic, failure.Reason, () => failure.Message, blocks: true);

    private static OpenFailure? Try<T>(
        IDeserializer<T> inner, ReadOnlySpan<byte> data, bool isNull, SerializationContext context, MessageProtector protector, out T? value)
    {
        try
        {
            value = inner.Deserialize(isNull ? [] : data, isNull, context);
            return null;
        }
        catch (Exception e)
        {
            value = default;
            return SerializerFailure.FailureOf(inner, context, e, protector.Patience.Rules.IsTransient, protector.IncludesInnerMessages);
        }
    }
}

using System.Diagnostics;
using Confluent.Kafka;
using E2EKafka.Diagnostics;

namespace E2EKafka.Serialization;

/// <summary>The span of a record's value that is opened. A record that waits, and is read again, has one when it is opened, refused or given up.</summary>
internal static class OpenSpan
{
    /// <param name="startedAt">When it began; the default if no one listens.</param>
    /// <param name="context">The record's topic and headers.</param>
    /// <param name="failure">Why it is refused, as far as that is known.</param>
    public static Activity? Begin(DateTimeOffset startedAt, SerializationContext context, OpenFailure? failure) =>
        startedAt == default || IsReadAgain(failure) ? null : Spans.Begin(Telemetry.Open, context.Topic, startedAt, Spans.LinkOf(context.Headers));

    /// <returns>The same failure.</returns>
    public static OpenFailure Failed(Activity? span, OpenFailure failure, bool isReadAgain = false)
    {
        if (isReadAgain || IsReadAgain(failure))
            span?.Forget();
        else
            span?.Fail(failure.Reason, failure.Message);
        return failure;
    }

    private static bool IsReadAgain(OpenFailure? failure) => failure is { Kind: FailureKind.Transient, HasGivenUp: false };
}

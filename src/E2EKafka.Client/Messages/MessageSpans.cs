using System.Diagnostics;
using E2EKafka.Diagnostics;

namespace E2EKafka.Messages;

/// <summary>What spans say of messages.</summary>
internal static class MessageSpans
{
    public static void Protected(this Activity span, ReadOnlySpan<byte> message, int plaintextSize)
    {
        if (MessageHeader.Read(message, out var header) is null)
            span.Opened(header, plaintextSize);
    }

    public static void Opened(this Activity span, in MessageHeader header, int plaintextSize) => span
        .SetTag(EndToEndKafkaTelemetry.SessionTag, header.Session.ToString())
        .SetTag(EndToEndKafkaTelemetry.SequenceTag, (long)header.Sequence)
        .SetTag(EndToEndKafkaTelemetry.SizeTag, plaintextSize);

    public static void Waited(this Activity span, FailureReason reason, WaitOutcome outcome) => span
        .SetTag(EndToEndKafkaTelemetry.ReasonTag, reason.ToString())
        .SetTag(EndToEndKafkaTelemetry.OutcomeTag, outcome.ToString());
}

using System.Diagnostics;
using E2EKafka.Diagnostics;

namespace E2EKafka.Messages;

/// <content>What is counted, and the spans.</content>
internal sealed partial class MessageProtector
{
    /// <summary>The time, for a span that begins before it is known whether there will be one; the default where no one listens.</summary>
    public DateTimeOffset StartOfSpan => Spans.AreWanted ? time.GetUtcNow() : default;

    /// <summary>Counts a message that was opened and read.</summary>
    /// <param name="session">Its session.</param>
    /// <param name="topic">Where it was found.</param>
    /// <param name="bytes">The size of its plaintext.</param>
    public void Opened(OpenableSession session, string topic, int bytes)
    {
        // A session's messages are found in its topic, but for those that were mirrored or set aside.
        var keys = session.Keys!;
        if (keys.Opened is not { } count || count.Topic != topic)
            keys.Opened = count = counts.Opened.Of(topic, session.Statement.Authentication);
        count.Add(bytes);
    }

    private static Activity? SpanOf(string operation, IReadOnlyList<BatchMessage> messages)
    {
        if (!Spans.AreWanted || messages.Count == 0)
            return null;

        var topic = messages[0].Context.Topic;
        return Spans.Begin(operation, messages.All(message => message.Context.Topic == topic) ? topic : null)
            ?.SetTag(EndToEndKafkaTelemetry.BatchSizeTag, messages.Count);
    }

    private byte[] ProtectInSpan(ReadOnlySpan<byte> plaintext, in MessageContext context)
    {
        using var span = Spans.Begin(Telemetry.Protect, context.Topic);
        try
        {
            var message = ProtectMessage(plaintext, context);
            span?.Protected(message, plaintext.Length);
            return message;
        }
        catch (EndToEndKafkaException e)
        {
            span?.Fail(e.Reason, e.Message);
            throw;
        }
    }

    private async Task<byte[]> ProtectInSpanAsync(ReadOnlyMemory<byte> plaintext, MessageContext context)
    {
        using var span = Spans.Begin(Telemetry.Protect, context.Topic);
        try
        {
            var message = await ProtectMessageAsync(plaintext, context).ConfigureAwait(false);
            span?.Protected(message, plaintext.Length);
            return message;
        }
        catch (EndToEndKafkaException e)
        {
            span?.Fail(e.Reason, e.Message);
            throw;
        }
    }

    private async Task WaitToSendAsync(string topic)
    {
        var key = waits.Counts.Began(Telemetry.Protect, topic, WhyItWaits(topic));
        var (since, startedAt, parent) = (time.GetUtcNow(), time.GetTimestamp(), Activity.Current?.Context ?? default);
        var outcome = WaitOutcome.Ended;
        try
        {
            await keys.WaitToSendAsync(topic).ConfigureAwait(false);
            outcome = WaitOutcome.Sent;
        }
        catch (EndToEndKafkaException e)
        {
            counts.Unsent.Add((topic, e.Reason));
            outcome = e.Kind == FailureKind.Transient ? WaitOutcome.GivenUp : WaitOutcome.Refused;
            throw;
        }
        finally
        {
            var took = time.GetElapsedTime(startedAt);
            waits.Counts.Ended(key, outcome, took);
            Spans.Record(Telemetry.Wait, topic, parent, since, since + took, span => span.Waited(key.Reason, outcome));
        }
    }

    private FailureReason WhyItWaits(string topic)
    {
        var ring = keys.Current;
        return ring.Failure?.Reason ?? ring.Sending.GetValueOrDefault(topic)?.Failure?.Reason ?? FailureReason.SessionNotReady;
    }
}

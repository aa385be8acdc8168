using E2EKafka.Diagnostics;

namespace E2EKafka.Messages;

/// <content>Many messages in one call.</content>
internal sealed partial class MessageProtector
{
    public IReadOnlyList<ProtectResult> ProtectBatch(IReadOnlyList<BatchMessage> messages)
    {
        RequireTopics(messages);
        using var span = SpanOf(Telemetry.Protect, messages);
        foreach (var message in messages)
            RequireEmptyTombstone(message.Bytes.Length, message.Context);

        // What has to wait comes after what has not.
        var results = new ProtectResult[messages.Count];
        AllCores.For(results.Length, messages.Any(IsToBeSigned), i => results[i] = ProtectNow(messages[i]));
        Dictionary<string, EndToEndKafkaException> failed = new(StringComparer.Ordinal);
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i] is { Message: null, Failure: null })
                results[i] = ProtectLater(messages[i], failed);
        }

        return results;
    }

    public IReadOnlyList<OpenResult> OpenBatch(IReadOnlyList<BatchMessage> messages)
    {
        RequireTopics(messages);
        using var span = SpanOf(Telemetry.Open, messages);
        var results = new OpenResult[messages.Count];
        AllCores.For(results.Length, messages.Any(IsSigned), i => results[i] = OpenNow(messages[i]));
        using var nonBlocking = OpeningPatience.WithoutBlocking(Patience);
        for (var i = 0; i < results.Length; i++)
        {
            if (results[i] is { Opened: null, Failure: null })
                results[i] = OpenLater(messages[i]);
        }

        return results;
    }

    private static void RequireTopics(IReadOnlyList<BatchMessage> messages)
    {
        ArgumentNullException.ThrowIfNull(messages);
        if (messages.Any(static message => message.Context.Topic is null))
            throw new ArgumentException("Each message has a context with a topic.", nameof(messages));
    }

    private bool IsToBeSigned(BatchMessage message) =>
        keys.Current.Sending.TryGetValue(message.Context.Topic, out var sending) && sending.Current?.Statement.SigningKey is not null;

    private bool IsSigned(BatchMessage message) =>
        TryFind(message.Bytes.Span, message.Context.Topic, out _)?.Session is { Keys.ProvenBy: MessageProof.Signature };

    /// <returns>Neither a message nor a failure, if there is no session now, or if something else came up.</returns>
    private ProtectResult ProtectNow(in BatchMessage message)
    {
        try
        {
            return new ProtectResult(TryProtect(message.Bytes.Span, message.Context), null);
        }
        catch (EndToEndKafkaException e)
        {
            return new ProtectResult(null, e);
        }
    }

    private ProtectResult ProtectLater(in BatchMessage message, Dictionary<string, EndToEndKafkaException> failed)
    {
        if (failed.TryGetValue(message.Context.Topic, out var known))
        {
            counts.Unsent.Add((message.Context.Topic, known.Reason));
            return new ProtectResult(null, known);
        }

        try
        {
            return new ProtectResult(ProtectMessage(message.Bytes.Span, message.Context), null);
        }
        catch (EndToEndKafkaException e)
        {
            failed[message.Context.Topic] = e;
            return new ProtectResult(null, e);
        }
    }

    /// <returns>Neither a message nor a failure, if its session is not known now.</returns>
    private OpenResult OpenNow(in BatchMessage message) =>
        TryFind(message.Bytes.Span, message.Context.Topic, out var header) is { } found ? Open(found, header, message) : default;

    private OpenResult OpenLater(in BatchMessage message) =>
        Open(Find(message.Bytes.Span, message.Context, out var header), header, message);

    private OpenResult Open(in FoundSession found, in MessageHeader header, in BatchMessage message)
    {
        if (found.Failure is { } notFound)
            return new OpenResult(null, Refused(notFound, message.Context.Topic));

        return TryOpen(found.Session!, header, message.Bytes.Span, message.Context, out var opened) is { } failure
            ? new OpenResult(null, Refused(failure, message.Context.Topic))
            : new OpenResult(opened, null);
    }
}

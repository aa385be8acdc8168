using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Wolverine;
using Wolverine.Kafka;
using Wolverine.Runtime;
using Wolverine.Runtime.Serialization;
using Wolverine.Transports;
using Wolverine.Transports.Sending;

namespace E2EKafka.Recipes;

// [snippet]
/// <summary>
/// Sends whole Wolverine envelopes as end-to-end encrypted values. Of a record that comes in it reads what Wolverine needs to find a handler, and
/// leaves the value to <see cref="OpeningSerializer"/>: Wolverine passes over a record for which a mapper throws.
/// </summary>
internal sealed class EndToEndMapper(EndToEndKafka e2e, string topic, IMessageSerializer inner) : IKafkaEnvelopeMapper
{
    private readonly OpeningSerializer _opening = new(e2e, inner);

    public static IKafkaEnvelopeMapper Create(IWolverineRuntime runtime, KafkaTopic topic) =>
        new EndToEndMapper(runtime.Services.GetRequiredService<EndToEndKafka>(), topic.TopicName, runtime.Options.DefaultSerializer);

    public void MapEnvelopeToOutgoing(Envelope envelope, Message<string, byte[]> outgoing)
    {
        if (envelope.Serializer is OpeningSerializer)
        {
            // It goes on as it came, to the dead letters: still encrypted. What a handler's exception says may be of the content.
            CopyHeader(DeadLetterQueueConstants.FailedAtHeader);
            CopyHeader(DeadLetterQueueConstants.ExceptionTypeHeader);
            if (envelope.Headers.GetValueOrDefault(DeadLetterQueueConstants.ExceptionTypeHeader) == typeof(MessageOpenException).FullName)
                CopyHeader(DeadLetterQueueConstants.ExceptionMessageHeader);
        }
        else
        {
            var context = EnvelopeMetadata.ContextOf(envelope.TopicName ?? topic, outgoing.Key);
            try
            {
                outgoing.Value = e2e.Protector.Protect(EnvelopeSerializer.Serialize(envelope), context);
            }
            catch (EndToEndKafkaException e)
            {
                throw new SendRejectedException(e.Message, e); // the one that PublishAsync throws; Wolverine would log others
            }
        }

        foreach (var (header, read) in EnvelopeMetadata.All)
        {
            if (read(envelope) is { } value)
                outgoing.Headers.Add(header, Encoding.UTF8.GetBytes(value));
        }

        void CopyHeader(string name) => outgoing.Headers.Add(name, Encoding.UTF8.GetBytes(envelope.Headers.GetValueOrDefault(name) ?? ""));
    }

    public void MapIncomingToEnvelope(Envelope envelope, Message<string, byte[]> incoming)
    {
        envelope.Data = incoming.Value ?? [];
        envelope.ContentType = _opening.ContentType;
        envelope.Serializer = _opening; // not one that a header of the record names
        foreach (var (header, _) in EnvelopeMetadata.All)
        {
            if (incoming.Headers.TryGetLastBytes(header, out var value) && value is not null)
                EnvelopeSerializer.ReadDataElement(envelope, header, Encoding.UTF8.GetString(value));
        }
    }
}

/// <summary>Opens what <see cref="EndToEndMapper"/> has sent. What it refuses goes to Wolverine's dead letters, and never to a handler.</summary>
internal sealed class OpeningSerializer(EndToEndKafka e2e, IMessageSerializer inner) : IAsyncMessageSerializer
{
    public string ContentType => "application/e2ekafka";

    public async ValueTask<object?> ReadFromDataAsync(Type messageType, Envelope envelope)
    {
        var opened = await OpenAsync(envelope.Data, EnvelopeMetadata.ContextOf(envelope.TopicName!, envelope.PartitionKey));
        var sent = EnvelopeSerializer.Deserialize(opened.Plaintext.ToArray());

        // Wolverine has used the record's headers already, which a broker can change.
        if (EnvelopeMetadata.All.FirstOrDefault(metadata => metadata.Read(sent) != metadata.Read(envelope)).Header is { } changed)
            throw new MessageOpenException(new OpenFailure(FailureReason.AuthenticationFailed, $"The record's header {changed} is not the one that was sent."));

        foreach (var (name, value) in sent.Headers)
            envelope.Headers[name] = value;
        EnvelopeMetadata.Origins.AddOrUpdate(envelope, opened.Origin);
        return inner.ReadFromData(messageType, sent);
    }

    public byte[] Write(Envelope envelope) => throw new NotSupportedException();

    public ValueTask<byte[]> WriteAsync(Envelope envelope) => throw new NotSupportedException();

    public byte[] WriteMessage(object message) => throw new NotSupportedException();

    public object ReadFromData(Type messageType, Envelope envelope) => throw new NotSupportedException();

    public object ReadFromData(byte[] data) => throw new NotSupportedException();

    /// <summary>Waits for a key that is late, and blocks no thread.</summary>
    private async Task<OpenedMessage> OpenAsync(byte[]? record, MessageContext context)
    {
        try
        {
            return await e2e.Protector.OpenAsync(record, context);
        }
        catch (MessageOpenException e) when (e.Failure is { Kind: FailureKind.Transient } or { Reason: FailureReason.Revoked })
        {
            // The host stops, or this member was removed: the record is for the next consumer of the group. To throw would make it a dead
            // letter. As this call does not end, Wolverine does not commit it.
            return await new TaskCompletionSource<OpenedMessage>().Task;
        }
    }
}

/// <summary>What both sides know of an envelope besides its encrypted value.</summary>
internal static class EnvelopeMetadata
{
    /// <summary>What Wolverine needs to know before it opens an envelope. It stands in headers, and a second time in the encrypted envelope.</summary>
    public static IReadOnlyList<(string Header, Func<Envelope, string?> Read)> All { get; } =
    [
        (EnvelopeConstants.IdKey, envelope => $"{envelope.Id}"),
        (EnvelopeConstants.MessageTypeKey, envelope => envelope.MessageType),
        (EnvelopeConstants.CorrelationIdKey, envelope => envelope.CorrelationId),
        (EnvelopeConstants.SagaIdKey, envelope => envelope.SagaId),
        (EnvelopeConstants.TenantIdKey, envelope => envelope.TenantId),
    ];

    internal static ConditionalWeakTable<Envelope, MessageOrigin> Origins { get; } = [];

    /// <summary>Who sent the message, for a handler that takes the <see cref="Envelope"/>.</summary>
    public static MessageOrigin? Origin(this Envelope envelope) => Origins.TryGetValue(envelope, out var origin) ? origin : null;

    /// <summary>Binds a message to its record's key.</summary>
    public static MessageContext ContextOf(string topic, string? key) =>
        new(topic, recordKeyHash: key is null ? new byte[MessageContext.RecordKeyHashSize] : SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
// [/snippet]

using Confluent.Kafka;

namespace E2EKafka.Cli;

/// <summary>Says what can be said of a record without any key.</summary>
internal sealed class RecordInspector(IReadOnlyDictionary<SessionId, SessionStatement> sessions)
{
    public InspectedRecord Inspect(ConsumeResult<byte[]?, byte[]?> record)
    {
        var tombstone = record.Message.Value is null ? RecordHeaders.FindTombstone(record.Message.Headers) : null;
        var inspected = new InspectedRecord(
            record.Partition.Value,
            record.Offset.Value,
            KafkaTime.Of(record.Message.Timestamp),
            record.Message.Value is null ? "bareTombstone" : "notEncrypted",
            record.Message.Key?.Length,
            record.Message.Value?.Length);
        if ((tombstone ?? record.Message.Value) is not { } message || !MessageHeader.IsMessage(message))
            return inspected;
        if (MessageHeader.Read(message, out var header) is { } problem)
            return inspected with { Kind = char.ToLowerInvariant(problem.ToString()[0]) + problem.ToString()[1..] };

        // Which proof of origin a message has, and so how long its payload is, only its session tells.
        var session = sessions.GetValueOrDefault(header.Session);
        return inspected with
        {
            Kind = tombstone is null ? "message" : "tombstone",
            PayloadSize = session is null ? null : Math.Max(0, message.Length - header.Size - MessageHeader.TagSize - ProofSize.Of(session.Authentication, session.ReaderGroups?.Values.Count ?? 0)),
            Session = header.Session.ToString(),
            Sequence = header.Sequence,
            Signed = session is null ? null : session.Authentication == MessageAuthentication.Signature,
            Authentication = session?.Authentication,
            KeyBound = header.IsKeyBound,
            Producer = session?.Producer,
        };
    }
}

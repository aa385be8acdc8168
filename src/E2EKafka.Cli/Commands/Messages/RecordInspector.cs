using Confluent.Kafka;

namespace E2EKafka.Cli;

/// <summary>Says what can be said of a record without any key.</summary>
internal sealed class RecordInspector(IReadOnlyDictionary<SessionId, SessionAnnouncement> sessions)
{
    public InspectedRecord Inspect(ConsumeResult<byte[]?, byte[]?> record)
    {
        var tombstone = record.Message.Value is null ? RecordHeaders.Find(record.Message.Headers, RecordHeaders.Tombstone) : null;
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

        return inspected with
        {
            Kind = tombstone is null ? "message" : "tombstone",
            PayloadSize = message.Length - (header.IsSigned ? MessageHeader.SignedOverhead : MessageHeader.Overhead),
            Session = header.Session.ToString(),
            Sequence = header.Sequence,
            Signed = header.IsSigned,
            KeyBound = RecordHeaders.Find(record.Message.Headers, RecordHeaders.RecordKeyHash) is not null,
            Producer = sessions.GetValueOrDefault(header.Session)?.Producer,
        };
    }
}

using System.Text;
using Confluent.Kafka;

namespace E2EKafka.Cli;

/// <summary>A message as <c>consume --output json</c> prints it.</summary>
/// <param name="Partition">The record's partition.</param>
/// <param name="Offset">Its offset.</param>
/// <param name="Timestamp">Its Kafka timestamp, which nothing proves; absent if it has none, or one that is not a time.</param>
/// <param name="Key">Its key, if it is UTF-8 text.</param>
/// <param name="KeyBytes">Its key in base64, if it is not.</param>
/// <param name="Value">The payload, if it is UTF-8 text; with neither this nor <paramref name="ValueBytes"/>, the message is a tombstone.</param>
/// <param name="ValueBytes">The payload in base64, if it is not text.</param>
/// <param name="Producer">Who sent it; absent for a plaintext that the topic lets through.</param>
/// <param name="Attributes">The producer's attributes.</param>
/// <param name="Session">The session's id.</param>
/// <param name="Sequence">The message's number in its session.</param>
/// <param name="ProvenBy">What proves that.</param>
internal sealed record PrintedMessage(
    int Partition,
    long Offset,
    DateTimeOffset? Timestamp,
    string? Key,
    byte[]? KeyBytes,
    string? Value,
    byte[]? ValueBytes,
    string? Producer,
    IReadOnlyDictionary<string, string>? Attributes,
    string? Session,
    long? Sequence,
    MessageProof ProvenBy)
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static PrintedMessage Of(ConsumeResult<byte[]?, ReceivedValue> record)
    {
        var (key, keyBytes) = TextOrBytes(record.Message.Key);
        var (value, valueBytes) = TextOrBytes(record.Message.Value.Payload);
        var origin = record.Message.Value.Origin!;
        var known = origin.ProvenBy == MessageProof.None ? null : origin;
        return new PrintedMessage(
            record.Partition.Value, record.Offset.Value, KafkaTime.Of(record.Message.Timestamp), key, keyBytes, value, valueBytes,
            known?.Producer, known?.Attributes, known?.Session, known?.Sequence, origin.ProvenBy);
    }

    private static (string? Text, byte[]? Bytes) TextOrBytes(byte[]? bytes)
    {
        if (bytes is null)
            return (null, null);

        try
        {
            return (Strict.GetString(bytes), null);
        }
        catch (DecoderFallbackException)
        {
            return (null, bytes);
        }
    }
}

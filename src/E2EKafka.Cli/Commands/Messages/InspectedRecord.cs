namespace E2EKafka.Cli;

/// <summary>A record as the broker holds it: one line of <c>inspect</c>.</summary>
/// <param name="Partition">The record's partition.</param>
/// <param name="Offset">Its offset.</param>
/// <param name="Timestamp">Its Kafka timestamp, which proves nothing; absent if it has none, or one that is not a time.</param>
/// <param name="Kind"><c>message</c>, <c>tombstone</c>, <c>notEncrypted</c>, <c>bareTombstone</c>, or the reason why it is not one.</param>
/// <param name="KeySize">Of the record's key, in bytes; absent if it has none.</param>
/// <param name="ValueSize">Of the record's value, in bytes; absent if it is null.</param>
/// <param name="PayloadSize">Of the plaintext, in bytes, which the size of a message tells where its session is known.</param>
/// <param name="Session">The message's session, 32 hexadecimal digits.</param>
/// <param name="Sequence">Its number in the session.</param>
/// <param name="Signed">Whether it carries its producer's signature, as its session says; absent if the session was not announced.</param>
/// <param name="Authentication"><c>signature</c>, <c>mac</c> or <c>shared</c>, as its session says; absent if the session was not announced.</param>
/// <param name="KeyBound">Whether it is bound to the record's key.</param>
/// <param name="Producer">Who announced the session, by a verified signature; absent if it was not announced.</param>
internal sealed record InspectedRecord(
    int Partition,
    long Offset,
    DateTimeOffset? Timestamp,
    string Kind,
    int? KeySize,
    int? ValueSize,
    int? PayloadSize = null,
    string? Session = null,
    long? Sequence = null,
    bool? Signed = null,
    MessageAuthentication? Authentication = null,
    bool? KeyBound = null,
    string? Producer = null);

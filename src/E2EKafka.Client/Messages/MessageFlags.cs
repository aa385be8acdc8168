namespace E2EKafka.Messages;

/// <summary>
/// The high four bits of a message's second byte; the low four are the version. A bit without a name here must be zero. How a message is
/// authenticated is its session's, and no message says it.
/// </summary>
[Flags]
internal enum MessageFlags
{
    None = 0,

    /// <summary>The record's value is null; the message, empty, stands in a header and proves that its producer meant it.</summary>
    Tombstone = 0x10,

    /// <summary>The hash of the record's key follows the sequence.</summary>
    KeyBound = 0x20,
}

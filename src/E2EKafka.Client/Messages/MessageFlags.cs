namespace E2EKafka.Messages;

/// <summary>The low four bits of a message's second byte. A bit without a name here must be zero.</summary>
[Flags]
internal enum MessageFlags
{
    None = 0,

    /// <summary>A signature follows the tag.</summary>
    Signed = 1,

    /// <summary>The plaintext was compressed. Reserved: this release writes none and refuses it.</summary>
    Compressed = 2,

    /// <summary>The record's value is null; the message, empty, stands in a header and proves that its producer meant it.</summary>
    Tombstone = 4,
}

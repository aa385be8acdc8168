using System.Buffers.Binary;
using E2EKafka.Records;

namespace E2EKafka.Messages;

/// <summary>
/// What a message begins with:
/// <code>
///  0      magic 0xFE
///  1      flags (high four bits: 0x10 tombstone, 0x20 key bound) and version (low four bits: 1)
///  2..17  session id
/// 18..21  sequence (uint32, big endian)
/// 22..53  SHA-256 of the record's key, if bound; 32 zero bytes for a null key
/// </code>
/// then ciphertext ‖ tag (16) ‖ proof. The proof's size is the session's: nothing, a signature (64), or a MAC (16) for each of its reader groups.
/// </summary>
internal readonly struct MessageHeader(MessageFlags flags, SessionId session, uint sequence)
{
    /// <summary>The size of a header without the hash of a record key, in bytes.</summary>
    public const int MinSize = 22;

    /// <summary>The size of a header with the hash of a record key, in bytes.</summary>
    public const int MaxSize = MinSize + MessageContext.RecordKeyHashSize;

    /// <summary>The size of the AES-GCM tag, in bytes.</summary>
    public const int TagSize = 16;

    /// <summary>What a message adds to its plaintext at least, in bytes: no key bound, no proof.</summary>
    public const int MinOverhead = MinSize + TagSize;

    private const byte Magic = 0xFE;
    private const int Version = 1;
    private const int VersionBits = 0x0F;
    private const MessageFlags KnownFlags = MessageFlags.Tombstone | MessageFlags.KeyBound;

    public MessageFlags Flags { get; } = flags;

    public SessionId Session { get; } = session;

    public uint Sequence { get; } = sequence;

    public bool IsTombstone => (Flags & MessageFlags.Tombstone) != 0;

    public bool IsKeyBound => (Flags & MessageFlags.KeyBound) != 0;

    /// <summary>In bytes.</summary>
    public int Size => IsKeyBound ? MaxSize : MinSize;

    /// <summary>Whether bytes begin as a message of any version does: no UTF-8 text and no Schema Registry frame does.</summary>
    public static bool IsMessage(ReadOnlySpan<byte> bytes) => bytes.Length > 0 && bytes[0] == Magic;

    /// <summary>Reads the header of a whole message.</summary>
    /// <returns>Why it cannot be one, whatever its session is; <see langword="null"/> if it can.</returns>
    public static FailureReason? Read(ReadOnlySpan<byte> message, out MessageHeader header)
    {
        header = default;
        if (!IsMessage(message))
            return FailureReason.NotEncrypted;
        if (message.Length < 2)
            return FailureReason.Truncated;

        // Another version may be shorter, so what it is comes before how long it is.
        var flags = (MessageFlags)(message[1] & ~VersionBits);
        if ((message[1] & VersionBits) != Version || (flags & ~KnownFlags) != 0)
            return FailureReason.UnsupportedVersion;
        if (message.Length < ((flags & MessageFlags.KeyBound) != 0 ? MaxSize : MinSize) + TagSize)
            return FailureReason.Truncated;

        header = new MessageHeader(flags, SessionId.Read(message[2..]), BinaryPrimitives.ReadUInt32BigEndian(message[18..]));
        return null;
    }

    /// <summary>The hash of the record key that a message is bound to; empty if it is not bound.</summary>
    public ReadOnlySpan<byte> RecordKeyHashIn(ReadOnlySpan<byte> message) => message[MinSize..Size];

    /// <param name="message">At least <see cref="Size"/> bytes.</param>
    /// <param name="recordKeyHash">The hash of the record's key; empty if it is not bound.</param>
    public void Write(Span<byte> message, ReadOnlySpan<byte> recordKeyHash)
    {
        if (recordKeyHash.Length != Size - MinSize)
            throw new ArgumentException("The flag says whether there is a hash of the record's key.", nameof(recordKeyHash));

        message[0] = Magic;
        message[1] = (byte)((int)Flags | Version);
        Session.Write(message[2..]);
        BinaryPrimitives.WriteUInt32BigEndian(message[18..], Sequence);
        recordKeyHash.CopyTo(message[MinSize..]);
    }
}

using System.Buffers.Binary;
using E2EKafka.Cryptography;
using E2EKafka.Records;

namespace E2EKafka.Messages;

/// <summary>
/// The first 22 bytes of a message:
/// <code>
///  0      magic 0xFE
///  1      version (high four bits, 1) and flags (low four bits)
///  2..17  session id
/// 18..21  sequence (uint32, big endian)
/// </code>
/// then ciphertext ‖ tag (16) ‖ [signature (64)].
/// </summary>
internal readonly struct MessageHeader(MessageFlags flags, SessionId session, uint sequence)
{
    /// <summary>Of the header, in bytes.</summary>
    public const int Size = 22;

    /// <summary>Of the AES-GCM tag, in bytes.</summary>
    public const int TagSize = 16;

    /// <summary>What an unsigned message adds to its plaintext, in bytes.</summary>
    public const int Overhead = Size + TagSize;

    /// <summary>What a signed message adds to its plaintext, in bytes.</summary>
    public const int SignedOverhead = Overhead + SigningPublicKey.SignatureSize;

    private const byte Magic = 0xFE;
    private const int Version = 1;
    private const MessageFlags KnownFlags = MessageFlags.Signed | MessageFlags.Tombstone;

    public MessageFlags Flags { get; } = flags;

    public SessionId Session { get; } = session;

    public uint Sequence { get; } = sequence;

    public bool IsSigned => (Flags & MessageFlags.Signed) != 0;

    public bool IsTombstone => (Flags & MessageFlags.Tombstone) != 0;

    /// <summary>Whether bytes begin as a message of any version does: no UTF-8 text and no Schema Registry frame does.</summary>
    public static bool IsMessage(ReadOnlySpan<byte> bytes) => bytes.Length > 0 && bytes[0] == Magic;

    /// <summary>Reads the header of a whole message.</summary>
    /// <returns>Why it cannot be one; <see langword="null"/> if it can.</returns>
    public static FailureReason? Read(ReadOnlySpan<byte> message, out MessageHeader header)
    {
        header = default;
        if (!IsMessage(message))
            return FailureReason.NotEncrypted;
        if (message.Length < 2)
            return FailureReason.Truncated;

        var flags = (MessageFlags)(message[1] & 0x0F);
        if (message[1] >> 4 != Version || (flags & ~KnownFlags) != 0)
            return FailureReason.UnsupportedVersion;
        if (message.Length < ((flags & MessageFlags.Signed) != 0 ? SignedOverhead : Overhead))
            return FailureReason.Truncated;

        header = new MessageHeader(flags, SessionId.Read(message[2..]), BinaryPrimitives.ReadUInt32BigEndian(message[18..]));
        return null;
    }

    public void Write(Span<byte> message)
    {
        message[0] = Magic;
        message[1] = (byte)((Version << 4) | (int)Flags);
        Session.Write(message[2..]);
        BinaryPrimitives.WriteUInt32BigEndian(message[18..], Sequence);
    }
}

using Confluent.Kafka;

namespace E2EKafka.Messages;

/// <summary>
/// What a message authenticates besides its ciphertext, in this order:
/// <code>
///  0..31   hash of the session's statement
/// 32       component: 0 value, 1 record key
/// 33..     the message's header as it stands in the message: 22 bytes, 54 where the record key is bound
/// </code>
/// It is the additional data of AES-GCM, and what <see cref="MessageDigest"/> begins with. The header tells its own length, so no two
/// messages share an encoding.
/// </summary>
internal static class AssociatedData
{
    /// <summary>In bytes.</summary>
    public const int MaxSize = StatementHashSize + 1 + MessageHeader.MaxSize;

    /// <summary>The size of the hash that stands for a session's statement, in bytes.</summary>
    public const int StatementHashSize = 32;

    /// <param name="buffer">At least <see cref="MaxSize"/> bytes.</param>
    /// <param name="statementHash">Stands for the session: project, topic, producer, authentication.</param>
    /// <param name="component">Where in the record the message stands.</param>
    /// <param name="header">The message's header, with the hash of the record key where it is bound.</param>
    public static ReadOnlySpan<byte> Write(Span<byte> buffer, ReadOnlySpan<byte> statementHash, MessageComponentType component, ReadOnlySpan<byte> header)
    {
        statementHash.CopyTo(buffer);
        buffer[StatementHashSize] = component == MessageComponentType.Key ? (byte)1 : (byte)0;
        header.CopyTo(buffer[(StatementHashSize + 1)..]);
        return buffer[..(StatementHashSize + 1 + header.Length)];
    }
}

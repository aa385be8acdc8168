using Confluent.Kafka;

namespace E2EKafka.Messages;

/// <summary>
/// What a message authenticates and does not carry: the hash of its session's names (32 bytes), the component (1),
/// whether the record's key is bound (1), and if so its SHA-256 (32).
/// </summary>
internal static class AssociatedData
{
    /// <summary>In bytes.</summary>
    public const int MaxSize = 32 + 1 + 1 + MessageContext.RecordKeyHashSize;

    public static ReadOnlySpan<byte> Write(Span<byte> buffer, ReadOnlySpan<byte> namesHash, in MessageContext context)
    {
        namesHash.CopyTo(buffer);
        buffer[32] = context.Component == MessageComponentType.Key ? (byte)1 : (byte)0;
        buffer[33] = context.RecordKeyHash.IsEmpty ? (byte)0 : (byte)1;
        context.RecordKeyHash.Span.CopyTo(buffer[34..]);
        return buffer[..(34 + context.RecordKeyHash.Length)];
    }
}

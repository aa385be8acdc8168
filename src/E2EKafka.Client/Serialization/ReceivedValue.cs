using Confluent.Kafka;

namespace E2EKafka.Serialization;

/// <summary>A record's value as a consumer got it.</summary>
/// <param name="data">The value.</param>
/// <param name="isNull">Whether the record has none.</param>
/// <param name="context">Its topic and headers.</param>
/// <param name="recordKeyHash">The hash of the record's key, if a deserializer of ours has read it.</param>
internal readonly ref struct ReceivedValue(ReadOnlySpan<byte> data, bool isNull, SerializationContext context, byte[]? recordKeyHash)
{
    public ReadOnlySpan<byte> Data { get; } = data;

    public bool IsNull { get; } = isNull;

    public SerializationContext Context { get; } = context;

    /// <summary>32 bytes, or <see langword="null"/>.</summary>
    public byte[]? RecordKeyHash { get; } = recordKeyHash;

    /// <summary>Where its message stands.</summary>
    public MessageContext Place => MessageContext.OfReceived(Context.Topic, RecordKeyHash, IsNull);
}

namespace E2EKafka;

/// <summary>One of many messages that are protected or opened in one call.</summary>
/// <param name="Bytes">What to protect, or the message to open. The caller's: it must not change until the call is over.</param>
/// <param name="Context">Where the message stands.</param>
public readonly record struct BatchMessage(ReadOnlyMemory<byte> Bytes, MessageContext Context);

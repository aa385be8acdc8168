namespace E2EKafka;

/// <summary>
/// Protects and opens messages as bytes: what the serializers are built on, and what middleware uses.
/// Safe for many threads. Takes no lock and touches no Kafka, but to wait for a session.
/// </summary>
public interface IMessageProtector
{
    /// <summary>Encrypts, and by default signs, a message.</summary>
    /// <param name="plaintext">What to protect. It is not changed.</param>
    /// <param name="context">The topic it goes to, and what it is bound to.</param>
    /// <returns>A new array of the exact size: 102 bytes more than the plaintext, 38 where policy lets the topic be unsigned.</returns>
    /// <remarks>Waits for the topic's first session, up to <see cref="EndToEndKafkaOptions.SessionTimeout"/>; never for a later one.</remarks>
    /// <exception cref="EndToEndKafkaException">Why nothing may be sent. Nothing was.</exception>
    byte[] Protect(ReadOnlySpan<byte> plaintext, in MessageContext context);

    /// <summary>Verifies and decrypts a message.</summary>
    /// <param name="message">The message as it was received.</param>
    /// <param name="context">The topic it was received from, and what it must be bound to.</param>
    /// <returns>The plaintext and where it comes from.</returns>
    /// <remarks>Waits up to 10 s for the key of a session that was announced.</remarks>
    /// <exception cref="MessageOpenException">Why the message is refused.</exception>
    OpenedMessage Open(ReadOnlySpan<byte> message, in MessageContext context);
}

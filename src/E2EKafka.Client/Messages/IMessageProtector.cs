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
    /// <returns>
    /// A new array of the exact size. It has 38 bytes more than the plaintext (a header of 22, a tag of 16), 32 more with a record key's
    /// hash, and the proof of origin: a signature of 64, which is the default, a MAC of 16 for each reader group where policy
    /// demands these, or nothing where it lets the topic be authenticated by its shared key.
    /// </returns>
    /// <remarks>Waits for the topic's first session, up to <see cref="EndToEndKafkaOptions.SessionTimeout"/>; never for a later one.</remarks>
    /// <exception cref="EndToEndKafkaException">Why nothing may be sent. Nothing was.</exception>
    byte[] Protect(ReadOnlySpan<byte> plaintext, in MessageContext context);

    /// <summary>Verifies and decrypts a message.</summary>
    /// <param name="message">The message as it was received.</param>
    /// <param name="context">The topic it was received from, and what it must be bound to.</param>
    /// <returns>The plaintext and where it comes from.</returns>
    /// <remarks>
    /// Waits for the key of the message's session, as long as it takes, until the host stops or the member is disposed: a message that waits
    /// must not be passed over. <see cref="OpenAsync"/> blocks no thread and can be ended. With a <see cref="MessageContext.RecordKeyHash"/>, a message that is
    /// bound to another key, or to none, is refused as <see cref="FailureReason.RecordKeyMismatch"/>. Without one,
    /// <see cref="MessageOrigin.KeyBinding"/> says of a bound message that its key was not compared.
    /// </remarks>
    /// <exception cref="MessageOpenException">Why the message is refused.</exception>
    OpenedMessage Open(ReadOnlySpan<byte> message, in MessageContext context);

    /// <summary>As <see cref="Open"/>, and waits for a key without blocking a thread.</summary>
    /// <param name="message">The message as it was received. It must not change until the call is over.</param>
    /// <param name="context">The topic it was received from, and what it must be bound to.</param>
    /// <param name="cancellationToken">Ends the wait. Default: never.</param>
    /// <returns>The plaintext and where it comes from.</returns>
    /// <exception cref="MessageOpenException">Why the message is refused.</exception>
    /// <exception cref="OperationCanceledException">The wait was ended.</exception>
    Task<OpenedMessage> OpenAsync(ReadOnlyMemory<byte> message, MessageContext context, CancellationToken cancellationToken = default);
}

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

    /// <summary>As <see cref="Protect"/>, for many messages, which may go to different topics. Signs on all cores.</summary>
    /// <param name="messages">The plaintexts. Their bytes must not change until the call is over; nothing of them is kept.</param>
    /// <returns>
    /// A result for each message, in the order of <paramref name="messages"/>: a new array, which is the caller's, or why that message may not be
    /// sent. One that fails keeps no other from being protected.
    /// </returns>
    /// <remarks>
    /// Waits for the first session of each topic as <see cref="Protect"/> does, once for all its messages. Their sequence numbers
    /// differ, and need not follow the order of the list.
    /// </remarks>
    /// <exception cref="ArgumentException">A message has no topic, or is a tombstone with content. Nothing was protected.</exception>
    IReadOnlyList<ProtectResult> ProtectBatch(IReadOnlyList<BatchMessage> messages);

    /// <summary>As <see cref="Open"/>, for many messages, which may be of different topics. Verifies signatures on all cores, and waits for no key.</summary>
    /// <param name="messages">The messages as they were received. Their bytes must not change until the call is over; nothing of them is kept.</param>
    /// <returns>
    /// A result for each message, in the order of <paramref name="messages"/>: a plaintext in a new array, which is the caller's, or why that message is
    /// refused. One that is refused keeps no other from being opened.
    /// </returns>
    /// <remarks>
    /// A message whose key is not here has a failure of <see cref="FailureKind.Transient"/>, and its key is searched for meanwhile. It must not be
    /// passed over: give it to this method again later, or to <see cref="OpenAsync"/>, which waits. Messages of its partition that come after it
    /// are opened too, so the caller keeps their order.
    /// </remarks>
    /// <exception cref="ArgumentException">A message has no topic. Nothing was opened.</exception>
    IReadOnlyList<OpenResult> OpenBatch(IReadOnlyList<BatchMessage> messages);
}

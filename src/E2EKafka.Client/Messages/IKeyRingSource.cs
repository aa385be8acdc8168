using E2EKafka.Records;

namespace E2EKafka.Messages;

/// <summary>The key exchange, as the message path sees it: a snapshot to read, and three ways to ask for more.</summary>
internal interface IKeyRingSource
{
    KeyRing Current { get; }

    /// <summary>Says that a session's successor is due. Returns at once.</summary>
    void RequestSuccessor(string topic);

    /// <summary>Waits until the topic has a session to encrypt with.</summary>
    /// <exception cref="EndToEndKafkaException">It has none, and why.</exception>
    Task WaitToSendAsync(string topic);

    /// <summary>
    /// Waits until a session can be opened or is refused, or until all control records were read, to an end asked for from now on, that could
    /// announce it. Ends by itself in no other way: its key may come at any time.
    /// </summary>
    /// <param name="session">The session.</param>
    /// <param name="topics">The topics that it may be of.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it is announced.</returns>
    /// <exception cref="EndToEndKafkaException">The member cannot open anything, and why.</exception>
    Task<bool> WaitToOpenAsync(SessionId session, IReadOnlyList<string> topics, CancellationToken cancellationToken);
}

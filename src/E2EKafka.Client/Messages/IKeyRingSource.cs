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

    /// <summary>Waits until the key of a session is here, or it is clear that it will not come by itself.</summary>
    Task WaitToOpenAsync(SessionId session, string topic, TimeSpan timeout);
}

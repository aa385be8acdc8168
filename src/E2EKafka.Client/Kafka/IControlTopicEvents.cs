using Confluent.Kafka;

namespace E2EKafka.Kafka;

/// <summary>What the clients of the control topics report beside records. Called on their threads.</summary>
internal interface IControlTopicEvents
{
    /// <summary>A client has reported an error.</summary>
    void Failed(Error error);

    /// <summary>A client has logged something.</summary>
    void Logged(LogMessage message);

    /// <summary>The topics are there, and are read.</summary>
    void Begun();

    /// <summary>A partition was not read.</summary>
    void NotRead(TopicPartition? partition, Error error);

    /// <summary>A partition was read to its end.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="newest">The kind of time that its newest record has; <see langword="null"/> if none was read.</param>
    void ReadToEnd(TopicPartition partition, TimestampType? newest);

    /// <summary>A record came again, so that its topic is another one of the name, perhaps created by the broker with its own defaults.</summary>
    void ReadBack();

    /// <summary>Kafka has taken a record, or not.</summary>
    void Written(string topic, Error error, PersistenceStatus status, int size);
}

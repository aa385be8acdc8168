using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace E2EKafka.Cli;

/// <summary>
/// What <c>doctor</c> asks of Kafka. Each question throws <see cref="KafkaException"/> where Kafka gives no answer, and
/// <see cref="RightMissingException"/> where that is for want of a right.
/// </summary>
internal interface IKafkaView : IDisposable
{
    /// <summary>The user that asks, as far as it is known: <c>User:orders</c>, or <c>this user</c>.</summary>
    string User { get; }

    /// <summary>All topics that this user may see. Creates none.</summary>
    IReadOnlyDictionary<string, TopicView> ReadTopics();

    /// <summary>A topic's settings, with Kafka's names.</summary>
    Task<IReadOnlyDictionary<string, string>> ReadSettingsAsync(string topic);

    /// <summary>What this user may do with a topic; <see langword="null"/> if Kafka does not say.</summary>
    Task<IReadOnlyCollection<AclOperation>?> ReadRightsAsync(string topic);

    /// <summary>What this user may do with a consumer group, which need not exist; <see langword="null"/> if Kafka does not say.</summary>
    Task<IReadOnlyCollection<AclOperation>?> ReadGroupRightsAsync(string group);

    /// <summary>The ACLs that concern a topic, everybody's. Takes Describe on the cluster.</summary>
    Task<IReadOnlyList<AclBinding>> ReadAclsAsync(string topic);

    /// <summary>Writes a record without content to a topic, which its readers skip, and returns the time that Kafka has for it.</summary>
    Task<Timestamp> WriteEmptyRecordAsync(string topic);

    /// <summary>Reads the newest records of a topic's first partition, in their order.</summary>
    IReadOnlyList<LoggedRecord> ReadNewest(string topic, int count);
}

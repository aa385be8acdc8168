using Confluent.Kafka.Admin;

namespace E2EKafka.Cli;

/// <summary>What an ACL lets a user do.</summary>
/// <param name="Operation">What.</param>
/// <param name="Resource">With what kind of thing.</param>
/// <param name="Name">With which one.</param>
internal sealed record KafkaRight(AclOperation Operation, ResourceType Resource, string Name)
{
    /// <summary>The name that Kafka has for the one cluster that a request can be about.</summary>
    public const string Cluster = "kafka-cluster";

    public static KafkaRight OnTopic(AclOperation operation, string topic) => new(operation, ResourceType.Topic, topic);

    public static KafkaRight OnGroup(AclOperation operation, string group) => new(operation, ResourceType.Group, group);

    /// <summary>Confluent.Kafka calls the cluster a broker.</summary>
    public static KafkaRight OnCluster(AclOperation operation) => new(operation, ResourceType.Broker, Cluster);

    public override string ToString() => Resource switch
    {
        ResourceType.Topic => $"{Operation} on topic {Name}",
        ResourceType.Group => $"{Operation} on group {Name}",
        _ => $"{Operation} on the cluster",
    };
}

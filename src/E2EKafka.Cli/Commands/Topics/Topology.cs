using Confluent.Kafka.Admin;

namespace E2EKafka.Cli;

/// <summary>What an operator has to make: control topics, and the rights of each role.</summary>
/// <param name="Project">The project.</param>
/// <param name="Principals">The Kafka user of each role.</param>
/// <param name="DataTopics">The topics that members produce to and consume from.</param>
/// <param name="Groups">The groups that members consume with, besides those of the tool.</param>
/// <param name="ReplicationFactor">Of the control topics; <see langword="null"/> for the default.</param>
internal sealed record Topology(
    ProjectDocument Project,
    IReadOnlyDictionary<string, string> Principals,
    IReadOnlyList<string> DataTopics,
    IReadOnlyList<string> Groups,
    int? ReplicationFactor)
{
    /// <summary>Members' own groups, and those of `consume`: no offset is committed to the first.</summary>
    private const string GroupPrefix = "e2ekafka-";

    public IReadOnlyList<ControlTopicRole> Roles { get; } = ControlTopicRole.Of(Project.Control);

    /// <summary>What a role may do with which resource.</summary>
    public IEnumerable<(ResourceType Resource, string Name, bool IsPrefix, AclOperation[] Operations)> RightsOf(ControlTopicRole role)
    {
        foreach (var (topic, operations) in role.Control)
            yield return (ResourceType.Topic, topic, false, operations);
        foreach (var topic in role.Data.Length > 0 ? DataTopics : [])
            yield return (ResourceType.Topic, topic, false, role.Data);
        if (role.HasGroup)
            yield return (ResourceType.Group, GroupPrefix, true, [AclOperation.Read]);
        foreach (var group in role.Name == ControlTopicRole.Consumer ? Groups : [])
            yield return (ResourceType.Group, group, false, [AclOperation.Read]);
        if (role.Cluster.Length > 0)
            yield return (ResourceType.Broker, KafkaRight.Cluster, false, role.Cluster);
    }
}

namespace E2EKafka.Cli;

/// <summary>What <c>topics print</c> prints, for programs.</summary>
/// <param name="Topics">The control topics.</param>
/// <param name="Rights">The least rights of each role.</param>
internal sealed record PrintedTopology(IReadOnlyList<PrintedTopic> Topics, IReadOnlyList<PrintedRight> Rights)
{
    public static PrintedTopology Of(Topology topology) => new(
        [.. topology.Project.ControlTopics.Select(topic => new PrintedTopic(topic.Name, topic.Partitions, topology.ReplicationFactor, topic.Settings))],
        [.. topology.Roles.SelectMany(role => topology.RightsOf(role).Select(right => new PrintedRight(
            role.Name, topology.Principals[role.Name], right.Resource.ToString(), right.Name, right.IsPrefix,
            [.. right.Operations.Select(operation => operation.ToString())])))]);
}

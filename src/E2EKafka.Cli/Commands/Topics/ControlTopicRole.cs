using Confluent.Kafka.Admin;

namespace E2EKafka.Cli;

/// <summary>What each role does on Kafka: the least rights it needs. As in docs/operations.md.</summary>
/// <param name="Name">The role.</param>
/// <param name="Purpose">What the rights are for, in a few words.</param>
/// <param name="Control">The operations on each control topic.</param>
/// <param name="Data">The operations on data topics.</param>
/// <param name="Cluster">The operations on the cluster.</param>
/// <param name="HasGroup">Whether it reads with a group of its own.</param>
internal sealed record ControlTopicRole(
    string Name,
    string Purpose,
    IReadOnlyDictionary<string, AclOperation[]> Control,
    AclOperation[] Data,
    AclOperation[] Cluster,
    bool HasGroup)
{
    public const string Authority = "authority";
    public const string Producer = "producer";
    public const string Consumer = "consumer";
    public const string Operator = "operator";

    /// <summary>All roles, in the order in which they are printed.</summary>
    public static IReadOnlyList<ControlTopicRole> Of(ControlTopicLayout control) =>
    [
        new(Operator, "`topics create` and `doctor --role operator`; no data can be read or written with them", new Dictionary<string, AclOperation[]>
        {
            [control.Authority] = [AclOperation.Create, AclOperation.Read, AclOperation.DescribeConfigs],
            [control.Members] = [AclOperation.Create, AclOperation.Describe, AclOperation.DescribeConfigs],
            [control.Sessions] = [AclOperation.Create, AclOperation.Describe, AclOperation.DescribeConfigs],
            [control.Grants] = [AclOperation.Create, AclOperation.Describe, AclOperation.DescribeConfigs],

            // `doctor` writes one empty record to see the broker's clock.
            [control.Requests] = [AclOperation.Create, AclOperation.Read, AclOperation.Write, AclOperation.DescribeConfigs],
        }, Data: [AclOperation.Describe, AclOperation.DescribeConfigs], Cluster: [AclOperation.Describe], HasGroup: false),
        new(Authority, "the process that answers members", new Dictionary<string, AclOperation[]>
        {
            [control.Authority] = [AclOperation.Read, AclOperation.Write],
            [control.Members] = [AclOperation.Describe],
            [control.Sessions] = [AclOperation.Describe],
            [control.Grants] = [AclOperation.Describe],
            [control.Requests] = [AclOperation.Read],
        }, Data: [], Cluster: [], HasGroup: true),
        new(Producer, "each member that produces", new Dictionary<string, AclOperation[]>
        {
            [control.Authority] = [AclOperation.Read],
            [control.Members] = [AclOperation.Read],
            [control.Sessions] = [AclOperation.Read, AclOperation.Write],
            [control.Grants] = [AclOperation.Read, AclOperation.Write],
            [control.Requests] = [AclOperation.Read, AclOperation.Write],
        }, Data: [AclOperation.Write], Cluster: [], HasGroup: true),
        new(Consumer, "each member that consumes", new Dictionary<string, AclOperation[]>
        {
            [control.Authority] = [AclOperation.Read],
            [control.Members] = [AclOperation.Read, AclOperation.Write],
            [control.Sessions] = [AclOperation.Read],
            [control.Grants] = [AclOperation.Read, AclOperation.Write],
            [control.Requests] = [AclOperation.Read, AclOperation.Write],
        }, Data: [AclOperation.Read], Cluster: [], HasGroup: true),
    ];
}

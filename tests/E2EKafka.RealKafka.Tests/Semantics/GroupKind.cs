using Confluent.Kafka;

namespace E2EKafka.RealKafka.Tests.Semantics;

/// <summary>How a group shares its partitions out.</summary>
internal sealed class GroupKind(string name)
{
    private int _instances;

    public void Configure(ConsumerConfig config)
    {
        switch (name)
        {
            case "range":
                config.PartitionAssignmentStrategy = PartitionAssignmentStrategy.Range;
                break;
            case "roundrobin":
                config.PartitionAssignmentStrategy = PartitionAssignmentStrategy.RoundRobin;
                break;
            case "cooperative-sticky":
                config.PartitionAssignmentStrategy = PartitionAssignmentStrategy.CooperativeSticky;
                break;
            case "static":
                config.GroupInstanceId = $"instance-{_instances++}";
                config.SessionTimeoutMs = 6000; // such a one does not leave when it closes: its partitions wait that long
                break;
            case "consumer":
                config.GroupProtocol = GroupProtocol.Consumer;
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(config), name, "There is no such kind.");
        }
    }
}

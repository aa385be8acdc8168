using Confluent.Kafka;
using E2EKafka.KeyExchange;
using E2EKafka.Records;

namespace E2EKafka.Kafka;

/// <summary>Control partitions, as Kafka names them.</summary>
internal static class ControlPartitionNames
{
    public static TopicPartition On(this ControlPartition partition, ControlTopicLayout layout) => new(partition.NameIn(layout), partition.Partition);

    public static ControlPartition PartitionOf(this ControlTopicLayout layout, TopicPartition partition)
    {
        var topic =
            partition.Topic == layout.Authority ? ControlTopicKind.Authority
            : partition.Topic == layout.Members ? ControlTopicKind.Members
            : partition.Topic == layout.Sessions ? ControlTopicKind.Sessions
            : partition.Topic == layout.Grants ? ControlTopicKind.Grants
            : ControlTopicKind.Requests;
        return new ControlPartition(topic, partition.Partition.Value);
    }
}

using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>A partition of a control topic.</summary>
internal readonly record struct ControlPartition(ControlTopicKind Topic, int Partition)
{
    public static readonly ControlPartition Authority = new(ControlTopicKind.Authority, 0);
    public static readonly ControlPartition Members = new(ControlTopicKind.Members, 0);
    public static readonly ControlPartition Requests = new(ControlTopicKind.Requests, 0);

    /// <summary>Where the sessions of a data topic are announced and granted.</summary>
    public static ControlPartition KeysOf(ControlTopicLayout layout, string topic) =>
        new(ControlTopicKind.Keys, layout.KeysPartitionOf(topic));

    /// <summary>The topic's name on Kafka.</summary>
    public string NameIn(ControlTopicLayout layout) => Topic switch
    {
        ControlTopicKind.Authority => layout.Authority,
        ControlTopicKind.Members => layout.Members,
        ControlTopicKind.Keys => layout.Keys,
        _ => layout.Requests,
    };

    public override string ToString() => $"{Topic}/{Partition}";
}

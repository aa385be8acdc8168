using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>A partition of a control topic.</summary>
internal readonly record struct ControlPartition(ControlTopicKind Topic, int Partition)
{
    public static readonly ControlPartition Authority = new(ControlTopicKind.Authority, 0);
    public static readonly ControlPartition Members = new(ControlTopicKind.Members, 0);
    public static readonly ControlPartition Requests = new(ControlTopicKind.Requests, 0);

    /// <summary>Where the sessions of a data topic are announced.</summary>
    public static ControlPartition SessionsOf(ControlTopicLayout layout, string topic) =>
        new(ControlTopicKind.Sessions, layout.PartitionOf(topic));

    /// <summary>Where a member finds what is granted to it.</summary>
    public static ControlPartition GrantsOf(ControlTopicLayout layout, string recipient) =>
        new(ControlTopicKind.Grants, layout.PartitionOf(recipient));

    /// <summary>The topic's name on Kafka.</summary>
    public string NameIn(ControlTopicLayout layout) => Topic switch
    {
        ControlTopicKind.Authority => layout.Authority,
        ControlTopicKind.Members => layout.Members,
        ControlTopicKind.Sessions => layout.Sessions,
        ControlTopicKind.Grants => layout.Grants,
        _ => layout.Requests,
    };

    public override string ToString() => $"{Topic}/{Partition}";
}

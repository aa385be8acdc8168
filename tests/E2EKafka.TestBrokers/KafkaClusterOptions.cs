namespace E2EKafka.TestBrokers;

public sealed record KafkaClusterOptions
{
    /// <summary>1, or 3: then topics are replicated to all, and two of three make a quorum and acknowledge a write. Default: 1.</summary>
    public int Brokers { get; init; } = 1;

    /// <summary>Clients authenticate by SASL SCRAM-SHA-512, and the authorizer denies what no ACL allows; <see cref="KafkaCluster.Admin"/> may do everything. One broker. Default: no.</summary>
    public bool Secured { get; init; }

    /// <summary>Broker settings besides, or instead of, those of the fixture.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();
}

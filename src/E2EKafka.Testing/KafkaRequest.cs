namespace E2EKafka;

/// <summary>The requests of the Kafka protocol that <see cref="EmbeddedCluster.FailRequests"/> can fail, by their protocol number.</summary>
public enum KafkaRequest
{
    /// <summary>Appends records to a partition.</summary>
    Produce = 0,

    /// <summary>Reads records from a partition.</summary>
    Fetch = 1,

    /// <summary>Asks for the first, last or timestamped offset of a partition.</summary>
    ListOffsets = 2,

    /// <summary>Asks for brokers, topics and partitions.</summary>
    Metadata = 3,

    /// <summary>Stores a consumer group's offsets.</summary>
    OffsetCommit = 8,

    /// <summary>Reads a consumer group's offsets.</summary>
    OffsetFetch = 9,

    /// <summary>Asks which broker coordinates a consumer group or a transaction.</summary>
    FindCoordinator = 10,

    /// <summary>Joins a consumer group.</summary>
    JoinGroup = 11,

    /// <summary>Creates topics: none of those in the request is created.</summary>
    CreateTopics = 19,

    /// <summary>Gets a producer id, which an idempotent producer needs before its first record.</summary>
    InitProducerId = 22,
}

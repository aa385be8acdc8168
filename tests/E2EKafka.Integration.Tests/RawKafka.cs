using Confluent.Kafka;

namespace E2EKafka.Integration.Tests;

/// <summary>What the broker holds, read by somebody who knows nothing of encryption.</summary>
internal static class RawKafka
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Every record of every topic.</summary>
    public static IReadOnlyList<ConsumeResult<byte[]?, byte[]?>> ReadAll(EmbeddedCluster cluster)
    {
        using var consumer = NewConsumer(cluster);
        return Read(consumer, PartitionsOf(consumer, null));
    }

    /// <summary>Every record of a topic.</summary>
    public static IReadOnlyList<ConsumeResult<byte[]?, byte[]?>> Read(EmbeddedCluster cluster, string topic)
    {
        using var consumer = NewConsumer(cluster);
        return Read(consumer, PartitionsOf(consumer, topic));
    }

    /// <summary>How many records a topic has had.</summary>
    public static long Count(EmbeddedCluster cluster, string topic)
    {
        using var consumer = NewConsumer(cluster);
        return PartitionsOf(consumer, topic).Sum(partition => consumer.QueryWatermarkOffsets(partition, Patience).High.Value);
    }

    /// <summary>The names of all topics.</summary>
    public static IReadOnlyList<string> Topics(EmbeddedCluster cluster)
    {
        using var consumer = NewConsumer(cluster);
        return [.. PartitionsOf(consumer, null).Select(partition => partition.Topic).Distinct()];
    }

    private static List<ConsumeResult<byte[]?, byte[]?>> Read(IConsumer<byte[]?, byte[]?> consumer, List<TopicPartition> partitions)
    {
        consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(partition, Offset.Beginning)));
        var records = new List<ConsumeResult<byte[]?, byte[]?>>();
        for (var left = partitions.Count; left > 0;)
        {
            var result = consumer.Consume(Patience) ?? throw new TimeoutException("The end of a partition did not come.");
            if (result.IsPartitionEOF)
                left--;
            else
                records.Add(result);
        }

        return records;
    }

    // All topics, and not one by its name: that would make it.
    private static List<TopicPartition> PartitionsOf(IConsumer<byte[]?, byte[]?> consumer, string? topic)
    {
        using var admin = new DependentAdminClientBuilder(consumer.Handle).Build();
        return
        [
            .. admin.GetMetadata(Patience).Topics
                .Where(found => topic is null || found.Topic == topic)
                .SelectMany(found => found.Partitions.Select(partition => new TopicPartition(found.Topic, partition.PartitionId)))
        ];
    }

    private static IConsumer<byte[]?, byte[]?> NewConsumer(EmbeddedCluster cluster) =>
        new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = cluster.BootstrapServers,
            GroupId = "raw",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            FetchWaitMaxMs = 10,
        }).SetLogHandler(static (_, _) => { }).Build();
}

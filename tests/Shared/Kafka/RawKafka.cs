using Confluent.Kafka;

namespace E2EKafka.Tests;

/// <summary>What the broker holds, read by a plain consumer.</summary>
internal static class RawKafka
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Every record of every topic.</summary>
    public static IReadOnlyList<ConsumeResult<byte[]?, byte[]?>> ReadAll(ClientConfig kafka)
    {
        using var consumer = NewConsumer(kafka);
        return Read(consumer, PartitionsOf(consumer, null));
    }

    /// <summary>Every record of a topic.</summary>
    public static IReadOnlyList<ConsumeResult<byte[]?, byte[]?>> Read(ClientConfig kafka, string topic)
    {
        using var consumer = NewConsumer(kafka);
        return Read(consumer, PartitionsOf(consumer, topic));
    }

    /// <summary>How many records a topic has had.</summary>
    public static long Count(ClientConfig kafka, string topic)
    {
        using var consumer = NewConsumer(kafka);
        return PartitionsOf(consumer, topic).Sum(partition => consumer.QueryWatermarkOffsets(partition, Patience).High.Value);
    }

    /// <summary>The names of all topics.</summary>
    public static IReadOnlyList<string> Topics(ClientConfig kafka)
    {
        using var consumer = NewConsumer(kafka);
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

    private static IConsumer<byte[]?, byte[]?> NewConsumer(ClientConfig kafka) =>
        new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig(kafka)
        {
            GroupId = "raw",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            FetchWaitMaxMs = 10,
        }).SetLogHandler(static (_, _) => { }).Build();
}

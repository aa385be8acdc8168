using Confluent.Kafka;

namespace E2EKafka.QuickStart;

/// <summary>Reads topics as a broker's operator could: with a plain consumer, all partitions, from the first record to the last.</summary>
internal static class BrokerView
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The topics that exist and are the demo's, with how many partitions they have.</summary>
    public static IReadOnlyDictionary<string, int> Topics(IDemoKafka kafka)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = kafka.BootstrapServers }).Build();
        return admin.GetMetadata(Patience).Topics
            .Where(topic => kafka.IsOurs(topic.Topic))
            .ToDictionary(topic => topic.Topic, topic => topic.Partitions.Count);
    }

    public static IReadOnlyList<RawRecord> Read(IDemoKafka kafka, string topic, int partitions, CancellationToken cancellationToken)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(
            new ConsumerConfig(kafka.ConsumerConfig()) { GroupId = $"{kafka.Topic}-operator", EnablePartitionEof = true }).Build();
        consumer.Assign(Enumerable.Range(0, partitions).Select(partition => new TopicPartitionOffset(topic, partition, Offset.Beginning)));
        var records = new List<RawRecord>();
        for (var open = partitions; open > 0;)
        {
            var result = consumer.Consume(cancellationToken);
            if (result.IsPartitionEOF)
                open--;
            else
                records.Add(RawRecord.Of(result));
        }

        consumer.Close();
        return records;
    }
}

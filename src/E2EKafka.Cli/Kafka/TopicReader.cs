using Confluent.Kafka;

namespace E2EKafka.Cli;

/// <summary>Reads partitions from a position to the ends that they have when they get there, as any user with read access can.</summary>
internal static class TopicReader
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <exception cref="CliException">Kafka falls silent.</exception>
    public static IEnumerable<ConsumeResult<byte[]?, byte[]?>> ReadToTheEnd(
        KafkaSettings kafka, IEnumerable<TopicPartitionOffset> from, CancellationToken cancellationToken)
    {
        using var consumer = KafkaClients.RawConsumer(kafka);
        var partitions = from.ToList();
        consumer.Assign(partitions);
        for (var open = partitions.Count; open > 0;)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(Patience);
            ConsumeResult<byte[]?, byte[]?> result;
            try
            {
                result = consumer.Consume(patience.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new CliException(
                    $"Kafka has sent nothing of {string.Join(", ", partitions.Select(partition => partition.Topic).Distinct())} for {Patience.TotalSeconds:0} s: check the brokers, and this user's right to read.");
            }

            if (result.IsPartitionEOF)
                open--;
            else
                yield return result;
        }

        consumer.Close();
    }

    /// <summary>All partitions of topics, from their beginning.</summary>
    /// <exception cref="CliException">One is missing.</exception>
    public static IEnumerable<TopicPartitionOffset> Whole(IReadOnlyDictionary<string, int> partitions, params string[] topics) =>
        from topic in topics
        from partition in Enumerable.Range(0, partitions.TryGetValue(topic, out var count)
            ? count
            : throw KafkaTopics.Missing(topic))
        select new TopicPartitionOffset(topic, partition, Offset.Beginning);
}

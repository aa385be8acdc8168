using Confluent.Kafka;

namespace E2EKafka.Benchmarks;

/// <summary>
/// What reading in batches brings, over records that librdkafka has fetched already: <c>ConsumeDecryptedBatch</c> beside a loop of
/// <c>ConsumeDecrypted</c>. Above 1: the batches are faster.
/// </summary>
internal static class BatchMeasurement
{
    private const int Records = 2_000;
    private const int Partitions = 4;
    private static readonly TimeSpan Fetching = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task RunAsync(TextWriter output)
    {
        await using var project = await KafkaProject.StartAsync();
        await output.WriteLineAsync($"{Records} records of 100 B, in ns each: batches of 500, and the loop. Ratio: loop / batches, {Environment.ProcessorCount} cores.\n");
        await output.WriteLineAsync("| | batches | loop | ratio | min | median | max |");
        await output.WriteLineAsync("|---|---|---|---|---|---|---|");
        foreach (var topic in (string[])[KafkaProject.SignedTopic, KafkaProject.MacTopic, KafkaProject.SharedTopic])
        {
            Send(project, topic);
            using var consumer = new ConsumerBuilder<Ignore, byte[]>(new ConsumerConfig
            {
                BootstrapServers = project.BootstrapServers,
                GroupId = $"benchmarks-{Guid.NewGuid():N}",
                EnableAutoOffsetStore = false,
                EnableAutoCommit = false,
                FetchWaitMaxMs = 10,
            }).SetValueDeserializer(project.Consumer.Decrypt(Deserializers.ByteArray)).Build();
            consumer.Assign(Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionOffset(topic, partition, 0)));
            ReadOneByOne(consumer);
            TimeOf(() => ReadBatches(consumer)); // warms up, as the line before
            var ratio = AlternatingRounds.Measure(() => TimeOf(() => ReadBatches(consumer)), () => TimeOf(() => ReadOneByOne(consumer)));
            await output.WriteLineAsync($"| {topic} | {ratio}");

            double TimeOf(Action read)
            {
                foreach (var partition in consumer.Assignment)
                    consumer.Seek(new TopicPartitionOffset(partition, 0));
                using var fetched = new CancellationTokenSource(Fetching);
                fetched.Token.WaitHandle.WaitOne();
                return AlternatingRounds.Time(read, 1) / Records;
            }
        }
    }

    private static void ReadOneByOne(IConsumer<Ignore, byte[]> consumer)
    {
        for (var read = 0; read < Records; read++)
            Require(consumer.ConsumeDecrypted(Patience) is not null);
    }

    private static void ReadBatches(IConsumer<Ignore, byte[]> consumer)
    {
        for (var read = 0; read < Records;)
        {
            var batch = consumer.ConsumeDecryptedBatch(500, Patience);
            Require(batch.Count > 0);
            read += batch.Count;
        }
    }

    private static void Send(KafkaProject project, string topic)
    {
        using var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig { BootstrapServers = project.BootstrapServers, LingerMs = 200 })
            .SetValueSerializer(project.Producer.Encrypt(Serializers.ByteArray))
            .Build();
        for (var i = 0; i < Records; i++)
            producer.Produce(new TopicPartition(topic, i % Partitions), new Message<Null, byte[]> { Value = new byte[100] });
        Require(producer.Flush(Patience) == 0);
    }

    private static void Require(bool works)
    {
        if (!works)
            throw new InvalidOperationException("What is measured does not work.");
    }
}

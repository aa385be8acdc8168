using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace E2EKafka;

public class EmbeddedClusterTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(2);

    [Test]
    public async Task A_record_comes_back_with_its_key_value_headers_and_timestamp()
    {
        using var cluster = EmbeddedCluster.Start();
        cluster.CreateTopic("orders", partitions: 3);
        using var producer = CreateProducer(cluster);
        var sent = new Message<byte[]?, byte[]?>
        {
            Key = "key"u8.ToArray(),
            Value = "value"u8.ToArray(),
            Headers = [new Header("origin", "here"u8.ToArray()), new Header("empty", null)],
            Timestamp = new Timestamp(1_700_000_000_123, TimestampType.CreateTime),
        };

        await producer.ProduceAsync(new TopicPartition("orders", 2), sent);

        var received = Read(cluster, new TopicPartition("orders", 2)).Single();
        Assert.Multiple(() =>
        {
            Assert.That(received.Key, Is.EqualTo(sent.Key));
            Assert.That(received.Value, Is.EqualTo(sent.Value));
            Assert.That(received.Headers.Select(h => h.Key), Is.EqualTo(["origin", "empty"]));
            Assert.That(Encoding.UTF8.GetString(received.Headers[0].GetValueBytes()), Is.EqualTo("here"));
            Assert.That(received.Headers[1].GetValueBytes(), Is.Null);
            Assert.That(received.Timestamp, Is.EqualTo(sent.Timestamp));
        });
    }

    [Test]
    public async Task A_tombstone_without_a_key_stays_null()
    {
        using var cluster = EmbeddedCluster.Start();
        cluster.CreateTopic("orders");
        using var producer = CreateProducer(cluster);

        await producer.ProduceAsync("orders", new Message<byte[]?, byte[]?>());

        var received = Read(cluster, new TopicPartition("orders", 0)).Single();
        Assert.That((received.Key, received.Value), Is.EqualTo(((byte[]?)null, (byte[]?)null)));
    }

    [Test]
    public void A_created_topic_has_its_partitions_on_every_broker()
    {
        using var cluster = EmbeddedCluster.Start(brokers: 3);

        cluster.CreateTopic("orders", partitions: 7);

        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = cluster.BootstrapServers }).Build();
        var partitions = admin.GetMetadata("orders", Patience).Topics.Single().Partitions;
        Assert.Multiple(() =>
        {
            Assert.That(cluster.BootstrapServers.Split(','), Has.Length.EqualTo(3));
            Assert.That(partitions.Select(p => p.PartitionId), Is.EquivalentTo(Enumerable.Range(0, 7)));
            Assert.That(partitions.Select(p => p.Replicas.Length), Is.All.EqualTo(3));
        });
    }

    [Test]
    public void A_topic_is_created_only_once()
    {
        using var cluster = EmbeddedCluster.Start();
        cluster.CreateTopic("orders");

        var error = Assert.Throws<KafkaException>(() => cluster.CreateTopic("orders"))!.Error;

        Assert.That(error.Code, Is.EqualTo(ErrorCode.TopicAlreadyExists));
    }

    [Test]
    public async Task A_client_creates_topics()
    {
        using var cluster = EmbeddedCluster.Start(brokers: 2);
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = cluster.BootstrapServers }).Build();

        await admin.CreateTopicsAsync(
        [
            new TopicSpecification { Name = "orders", NumPartitions = 7, ReplicationFactor = -1, Configs = new() { ["cleanup.policy"] = "delete" } },
            new TopicSpecification { Name = "as-many-as-the-broker-likes", NumPartitions = -1 },
            new TopicSpecification { Name = "assigned", NumPartitions = 3, ReplicationFactor = -1, ReplicasAssignments = new() { [0] = [1], [1] = [2], [2] = [1] } },
        ]);
        await admin.CreateTopicsAsync([new TopicSpecification { Name = "only-checked", NumPartitions = 1 }], new() { ValidateOnly = true });

        Assert.That(
            admin.GetMetadata(Patience).Topics.Select(topic => (topic.Topic, topic.Partitions.Count)),
            Is.EquivalentTo(new[] { ("orders", 7), ("as-many-as-the-broker-likes", 1), ("assigned", 3) }));
    }

    [Test]
    public async Task A_client_is_told_why_a_topic_was_not_created()
    {
        using var cluster = EmbeddedCluster.Start();
        cluster.CreateTopic("there");
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = cluster.BootstrapServers }).Build();

        Assert.That(await CreateAsync("there", "new"), Is.EqualTo(new[] { ErrorCode.TopicAlreadyExists, ErrorCode.NoError }));

        cluster.FailRequests(KafkaRequest.CreateTopics, ErrorCode.TopicAuthorizationFailed);
        Assert.That(await CreateAsync("a", "b"), Is.All.EqualTo(ErrorCode.TopicAuthorizationFailed));

        cluster.FailRequests(KafkaRequest.CreateTopics, ErrorCode.TopicAuthorizationFailed, count: 100);
        cluster.StopFailingRequests(KafkaRequest.CreateTopics);
        Assert.That(await CreateAsync("a", "b"), Is.All.EqualTo(ErrorCode.NoError));

        async Task<List<ErrorCode>> CreateAsync(params string[] names)
        {
            try
            {
                await admin.CreateTopicsAsync(names.Select(name => new TopicSpecification { Name = name, NumPartitions = 1 }));
                return [.. names.Select(_ => ErrorCode.NoError)];
            }
            catch (CreateTopicsException e)
            {
                return [.. e.Results.Select(result => result.Error.Code)];
            }
        }
    }

    [Test]
    public async Task A_consumer_that_restarts_reads_on_at_once([Values] bool leaves, [Values(1, 3)] int brokers)
    {
        using var cluster = EmbeddedCluster.Start(brokers);
        cluster.CreateTopic("orders");
        using var producer = CreateProducer(cluster);
        var fastest = TimeSpan.MaxValue;
        for (byte record = 0; record < 3 || (record < 10 && fastest >= AtOnce); record++)
        {
            await producer.ProduceAsync("orders", new Message<byte[]?, byte[]?> { Value = [record] });

            var start = TimeProvider.System.GetTimestamp();
            using var consumer = Join(leaves ? null : "the instance");
            var read = consumer.Consume(Patience);
            var elapsed = TimeProvider.System.GetElapsedTime(start);

            Assert.That(read?.Message.Value, Is.EqualTo(new[] { record }), "it reads on from what was committed");
            consumer.Commit(read);
            consumer.Close();
            if (record > 0 && elapsed < fastest)
                fastest = elapsed;
        }

        Assert.That(fastest, Is.LessThan(AtOnce), "this machine may have other work, so the fastest counts");

        // One with a name of its own in the group does not say that it leaves.
        IConsumer<byte[]?, byte[]?> Join(string? instance)
        {
            var consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
            {
                BootstrapServers = cluster.BootstrapServers,
                GroupId = "restarted",
                GroupInstanceId = instance,
                AutoOffsetReset = AutoOffsetReset.Earliest,
                EnableAutoCommit = false,
                FetchWaitMaxMs = 10,
            }).SetLogHandler(static (_, _) => { }).Build();
            consumer.Subscribe("orders");
            return consumer;
        }
    }

    [Test]
    public async Task A_record_produced_while_the_broker_is_stopped_arrives_when_it_starts_again()
    {
        using var cluster = EmbeddedCluster.Start();
        cluster.CreateTopic("orders");
        using var producer = CreateProducer(cluster);
        await producer.ProduceAsync("orders", new Message<byte[]?, byte[]?> { Value = [1] });

        cluster.StopBroker(1);
        var pending = producer.ProduceAsync("orders", new Message<byte[]?, byte[]?> { Value = [2] });
        Assert.That(await Task.WhenAny(pending, Task.Delay(200)), Is.Not.SameAs(pending));
        cluster.StartBroker(1);
        await pending.WaitAsync(Patience);

        Assert.That(Read(cluster, new TopicPartition("orders", 0)).Select(m => m.Value), Is.EqualTo(new byte[][] { [1], [2] }));
    }

    [Test]
    public async Task Requests_fail_as_often_as_told()
    {
        using var cluster = EmbeddedCluster.Start();
        cluster.CreateTopic("orders");
        using var producer = CreateProducer(cluster);

        cluster.FailRequests(KafkaRequest.Produce, ErrorCode.MsgSizeTooLarge);

        var error = (await Assert.ThrowsAsync<ProduceException<byte[]?, byte[]?>>(Produce))!.Error;
        Assert.That(error.Code, Is.EqualTo(ErrorCode.MsgSizeTooLarge));
        await Produce();

        cluster.FailRequests(KafkaRequest.Produce, ErrorCode.MsgSizeTooLarge, count: 100);
        cluster.StopFailingRequests(KafkaRequest.Produce);
        await Produce();

        Task Produce() => producer.ProduceAsync("orders", new Message<byte[]?, byte[]?> { Value = [1] });
    }

    [Test]
    public async Task Answers_are_held_back_for_the_round_trip_time()
    {
        using var cluster = EmbeddedCluster.Start();
        cluster.CreateTopic("orders");
        using var producer = CreateProducer(cluster);
        await producer.ProduceAsync("orders", new Message<byte[]?, byte[]?> { Value = [1] });

        cluster.SetRoundTripTime(TimeSpan.FromMilliseconds(300));

        var start = TimeProvider.System.GetTimestamp();
        await producer.ProduceAsync("orders", new Message<byte[]?, byte[]?> { Value = [1] });
        Assert.That(TimeProvider.System.GetElapsedTime(start), Is.GreaterThan(TimeSpan.FromMilliseconds(250)));
    }

    [Test]
    public void Wrong_arguments_and_a_disposed_cluster_are_refused()
    {
        var cluster = EmbeddedCluster.Start();

        Assert.Throws<ArgumentOutOfRangeException>(() => EmbeddedCluster.Start(0));
        Assert.Throws<ArgumentException>(() => cluster.CreateTopic(""));
        Assert.Throws<ArgumentOutOfRangeException>(() => cluster.CreateTopic("orders", 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => cluster.StopBroker(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => cluster.SetRoundTripTime(TimeSpan.FromSeconds(-1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => cluster.FailRequests(KafkaRequest.Fetch, ErrorCode.Unknown, 0));

        cluster.Dispose();
        cluster.Dispose();
        Assert.Throws<ObjectDisposedException>(() => cluster.CreateTopic("orders"));
    }

    private static IProducer<byte[]?, byte[]?> CreateProducer(EmbeddedCluster cluster) =>
        new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig
        {
            BootstrapServers = cluster.BootstrapServers,
            EnableIdempotence = true,
            LingerMs = 0,
        })
        .SetLogHandler((_, _) => { })
        .Build();

    /// <summary>Reads a partition from its beginning to its end.</summary>
    private static List<Message<byte[]?, byte[]?>> Read(EmbeddedCluster cluster, TopicPartition partition)
    {
        using var consumer = new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig
        {
            BootstrapServers = cluster.BootstrapServers,
            GroupId = "tests",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            FetchWaitMaxMs = 10,
        }).Build();
        consumer.Assign(new TopicPartitionOffset(partition, Offset.Beginning));

        List<Message<byte[]?, byte[]?>> messages = [];
        while (true)
        {
            var result = consumer.Consume(Patience) ?? throw new TimeoutException("The end of the partition did not come.");
            if (result.IsPartitionEOF)
            {
                return messages;
            }

            messages.Add(result.Message);
        }
    }
}

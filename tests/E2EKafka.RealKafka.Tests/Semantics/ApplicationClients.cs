using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace E2EKafka.RealKafka.Tests.Semantics;

/// <summary>Clients as an application has them, and what an operator does to topics.</summary>
internal static class ApplicationClients
{
    public static readonly TimeSpan Patience = ProjectOnKafka.Patience;

    /// <summary>How often a client asks what topics there are: by default each 5 min.</summary>
    private const int MetadataInterval = 500;

    public static IConsumer<string, Verified<string>> NewConsumer(
        this ProjectOnKafka project, EndToEndKafka member, string group, Action<ConsumerConfig>? configure = null, bool bindKey = false)
    {
        var config = project.ConsumerConfig(group);
        config.TopicMetadataRefreshIntervalMs = MetadataInterval;
        configure?.Invoke(config);
        var builder = new ConsumerBuilder<string, Verified<string>>(config)
            .SetValueDeserializer(member.DecryptVerified(Deserializers.Utf8))
            .SetLogHandler(static (_, _) => { });
        return (bindKey ? builder.SetKeyDeserializer(member.BindKey(Deserializers.Utf8)) : builder).Build();
    }

    /// <summary>A consumer of the whole data topic, from its beginning.</summary>
    public static IConsumer<string, Verified<string>> NewAssignedConsumer(
        this ProjectOnKafka project, EndToEndKafka member, Action<ConsumerConfig>? configure = null, bool bindKey = false, string? topic = null)
    {
        var consumer = project.NewConsumer(member, $"assigned-{Guid.NewGuid():N}", configure, bindKey);
        consumer.Assign(Enumerable.Range(0, project.Partitions).Select(partition => new TopicPartitionOffset(topic ?? project.DataTopic, partition, Offset.Beginning)));
        return consumer;
    }

    /// <summary>A producer that notices soon when topics change, and never makes one.</summary>
    public static IProducer<string, string> NewWatchfulProducer(this ProjectOnKafka project, EndToEndKafka member) =>
        project.NewProducer(member, config =>
        {
            config.AllowAutoCreateTopics = false;
            config.TopicMetadataRefreshIntervalMs = MetadataInterval;
        });

    /// <summary>A producer that knows nothing of encryption.</summary>
    public static IProducer<byte[]?, byte[]?> NewPlainProducer(this ProjectOnKafka project, Action<ProducerConfig>? configure = null)
    {
        var config = new ProducerConfig(project.Kafka) { LingerMs = 0 };
        configure?.Invoke(config);
        return new ProducerBuilder<byte[]?, byte[]?>(config).SetLogHandler(static (_, _) => { }).Build();
    }

    /// <summary>The next record that can be opened, or is refused for good. It counts as processed.</summary>
    public static ConsumeResult<string, Verified<string>> Next(this IConsumer<string, Verified<string>> consumer)
    {
        using var patience = new CancellationTokenSource(Patience);
        var record = consumer.ConsumeDecrypted(patience.Token);
        consumer.StoreOffset(record);
        return record;
    }

    /// <summary>The next values; all must be verified.</summary>
    public static IReadOnlyList<string> NextValues(this IConsumer<string, Verified<string>> consumer, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => consumer.Next().Message.Value.Value)];

    /// <summary>Reads on until a value comes; others may come before it.</summary>
    public static void ReadUntil(this IConsumer<string, Verified<string>> consumer, string value)
    {
        while (consumer.Next().Message.Value is not { IsVerified: true } next || next.Value != value)
        {
        }
    }

    public static async Task<DeliveryResult<string, string>> SendAsync(this IProducer<string, string> producer, string topic, string value, string key = "key", int partition = 0) =>
        await producer.ProduceAsync(new TopicPartition(topic, partition), new Message<string, string> { Key = key, Value = value }).WaitAsync(Patience);

    public static async Task SetAsync(this ProjectOnBroker project, string topic, params (string Name, string Value)[] settings)
    {
        using var admin = project.NewAdmin();
        await admin.IncrementalAlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
        {
            [new ConfigResource { Type = ResourceType.Topic, Name = topic }] =
                [.. settings.Select(setting => new ConfigEntry { Name = setting.Name, Value = setting.Value, IncrementalOperation = AlterConfigOpType.Set })],
        });
    }

    /// <summary>Deletes a topic, and creates it again as soon as Kafka lets it.</summary>
    public static async Task RecreateTopicAsync(this ProjectOnBroker project, string topic, int partitions, IReadOnlyDictionary<string, string>? settings = null)
    {
        using var admin = project.NewAdmin();
        await admin.DeleteTopicsAsync([topic]);
        await EventuallyAsync("the deleted topic's name is free", async () =>
        {
            try
            {
                await project.CreateTopicAsync(topic, partitions, settings?.ToDictionary());
                return true;
            }
            catch (CreateTopicsException e) when (e.Results.Single().Error.Code == ErrorCode.TopicAlreadyExists)
            {
                return false;
            }
        });
    }

    /// <summary>The offsets that a partition still has records at.</summary>
    public static IReadOnlyList<long> OffsetsOf(this ProjectOnKafka project, string topic) =>
        [.. RawKafka.Read(project.Kafka, topic).Select(record => record.Offset.Value)];

    /// <summary>Where a partition begins.</summary>
    public static long StartOf(this ProjectOnKafka project, TopicPartition partition)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(new ConsumerConfig(project.Kafka) { GroupId = "start" }).SetLogHandler(static (_, _) => { }).Build();
        return consumer.QueryWatermarkOffsets(partition, Patience).Low.Value;
    }

    /// <summary>Asks Kafka for what it does by itself, in its own time, until it has done it.</summary>
    public static async Task EventuallyAsync(string what, Func<Task<bool>> isSo, TimeSpan? patience = null)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            Assert.That(TimeProvider.System.GetElapsedTime(startedAt), Is.LessThan(patience ?? Patience), $"did not happen: {what}");
            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }
    }
}

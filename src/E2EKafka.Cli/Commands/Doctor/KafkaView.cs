using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace E2EKafka.Cli;

/// <summary>Asks a real Kafka.</summary>
internal sealed class KafkaView : IKafkaView
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(7);

    private readonly Dictionary<string, string> _settings;
    private readonly IAdminClient _admin;
    private readonly KafkaSettings _kafka;

    public KafkaView(KafkaSettings settings)
    {
        _kafka = settings;
        User = settings.Principal ?? "this user";
        _settings = new Dictionary<string, string>(settings.All);
        _admin = new AdminClientBuilder(new AdminClientConfig(_settings))
            .SetErrorHandler((_, error) => settings.Cause.Reported(error))
            .SetLogHandler(static (_, _) => { })
            .Build();
    }

    public string User { get; }

    public IReadOnlyDictionary<string, TopicView> ReadTopics()
    {
        try
        {
            // All topics, and not one by its name: asking for a topic by name can create it.
            return _admin.GetMetadata(Patience).Topics
                .Where(topic => topic.Error.Code == ErrorCode.NoError)
                .ToDictionary(
                    topic => topic.Topic,
                    topic => new TopicView(topic.Partitions.Count, topic.Partitions.Select(partition => partition.Replicas.Length).DefaultIfEmpty().Min()));
        }
        catch (KafkaException e)
        {
            throw new KafkaUnavailableException(_kafka.Cause.Explain(e.Error), e);
        }
    }

    public async Task<IReadOnlyDictionary<string, string>> ReadSettingsAsync(string topic)
    {
        try
        {
            var results = await _admin.DescribeConfigsAsync(
                [new ConfigResource { Type = ResourceType.Topic, Name = topic }],
                new DescribeConfigsOptions { RequestTimeout = Patience }).ConfigureAwait(false);
            return results.Single().Entries.ToDictionary(entry => entry.Key, entry => entry.Value.Value);
        }
        catch (DescribeConfigsException e)
        {
            throw Refused(e.Results.Single().Error, KafkaRight.OnTopic(AclOperation.DescribeConfigs, topic), e);
        }
    }

    public async Task<IReadOnlyCollection<AclOperation>?> ReadRightsAsync(string topic)
    {
        try
        {
            var results = await _admin.DescribeTopicsAsync(
                TopicCollection.OfTopicNames([topic]),
                new DescribeTopicsOptions { RequestTimeout = Patience, IncludeAuthorizedOperations = true }).ConfigureAwait(false);
            return results.TopicDescriptions.Single().AuthorizedOperations is { Count: > 0 } rights ? rights : null;
        }
        catch (DescribeTopicsException e)
        {
            throw Refused(e.Results.TopicDescriptions.Single().Error, KafkaRight.OnTopic(AclOperation.Describe, topic), e);
        }
    }

    public async Task<IReadOnlyCollection<AclOperation>?> ReadGroupRightsAsync(string group)
    {
        try
        {
            var results = await _admin.DescribeConsumerGroupsAsync(
                [group],
                new DescribeConsumerGroupsOptions { RequestTimeout = Patience, IncludeAuthorizedOperations = true }).ConfigureAwait(false);
            return results.ConsumerGroupDescriptions.Single().AuthorizedOperations is { Count: > 0 } rights ? rights : null;
        }
        catch (DescribeConsumerGroupsException e) when (e.Results.ConsumerGroupDescriptions.Single().Error.Code == ErrorCode.GroupAuthorizationFailed)
        {
            // A plain no.
            return [];
        }
        catch (DescribeConsumerGroupsException e)
        {
            throw new KafkaException(e.Results.ConsumerGroupDescriptions.Single().Error, e);
        }
    }

    public async Task<IReadOnlyList<AclBinding>> ReadAclsAsync(string topic)
    {
        await RequireDescribeOnClusterAsync().ConfigureAwait(false);
        try
        {
            var filter = new AclBindingFilter
            {
                PatternFilter = new ResourcePatternFilter { Type = ResourceType.Topic, Name = topic, ResourcePatternType = ResourcePatternType.Match },
                EntryFilter = new AccessControlEntryFilter { Operation = AclOperation.Any, PermissionType = AclPermissionType.Any },
            };
            return (await _admin.DescribeAclsAsync(filter, new DescribeAclsOptions { RequestTimeout = Patience }).ConfigureAwait(false)).AclBindings;
        }
        catch (DescribeAclsException e)
        {
            throw Refused(e.Result.Error, KafkaRight.OnCluster(AclOperation.Describe), e);
        }
    }

    public async Task<Timestamp> WriteEmptyRecordAsync(string topic)
    {
        using var producer = new ProducerBuilder<Null, Null>(new ProducerConfig(_settings)
        {
            Acks = Acks.All,
            LingerMs = 0,
            MessageTimeoutMs = (int)Patience.TotalMilliseconds,
            AllowAutoCreateTopics = false,
        }).SetLogHandler(static (_, _) => { }).Build();
        DeliveryResult<Null, Null> written;
        try
        {
            written = await producer.ProduceAsync(topic, new Message<Null, Null>()).ConfigureAwait(false);
        }
        catch (KafkaException e)
        {
            throw Refused(e.Error, KafkaRight.OnTopic(AclOperation.Write, topic), e);
        }

        // Read back: what the acknowledgement says of the time is not always what the record has.
        using var consumer = NewConsumer();
        consumer.Assign(written.TopicPartitionOffset);
        var read = Next(consumer, topic);
        consumer.Close();
        return read is { IsPartitionEOF: false } ? read.Message.Timestamp : throw new KafkaException(ErrorCode.Local_TimedOut);
    }

    public IReadOnlyList<LoggedRecord> ReadNewest(string topic, int count)
    {
        using var consumer = NewConsumer();
        var partition = new TopicPartition(topic, 0);
        var ends = EndsOf(consumer, partition);
        if (ends.High.Value <= ends.Low.Value)
            return [];

        consumer.Assign(new TopicPartitionOffset(partition, Math.Max(ends.Low.Value, ends.High.Value - count)));
        var records = new List<LoggedRecord>();
        while (Next(consumer, topic) is { IsPartitionEOF: false } result)
        {
            records.Add(new LoggedRecord(result.Message.Value, KafkaTime.Of(result.Message.Timestamp)));
            if (result.Offset.Value >= ends.High.Value - 1)
                break;
        }

        consumer.Close();
        return records;
    }

    public void Dispose() => _admin.Dispose();

    // Confluent.Kafka gives an empty list where Kafka refuses to list ACLs. So ask first whether it would.
    private async Task RequireDescribeOnClusterAsync()
    {
        var cluster = await _admin.DescribeClusterAsync(
            new DescribeClusterOptions { RequestTimeout = Patience, IncludeAuthorizedOperations = true }).ConfigureAwait(false);

        if (cluster.AuthorizedOperations is not { } rights)
            throw new KafkaException(ErrorCode.Local_UnsupportedFeature);

        // Kafka names no rights on the cluster to a user without this one.
        if (!(rights.Contains(AclOperation.Describe) || rights.Contains(AclOperation.All)))
            throw new RightMissingException(User, KafkaRight.OnCluster(AclOperation.Describe), ErrorCode.ClusterAuthorizationFailed);
    }

    private WatermarkOffsets EndsOf(IConsumer<Ignore, byte[]?> consumer, TopicPartition partition)
    {
        try
        {
            return consumer.QueryWatermarkOffsets(partition, Patience);
        }
        catch (KafkaException e) when (e.Error.Code is ErrorCode.Local_UnknownPartition or ErrorCode.Local_UnknownTopic or ErrorCode.UnknownTopicOrPart)
        {
            throw RightMissingException.ToSee(partition.Topic, User, e);
        }
        catch (KafkaException e)
        {
            throw Refused(e.Error, KafkaRight.OnTopic(AclOperation.Describe, partition.Topic), e);
        }
    }

    private ConsumeResult<Ignore, byte[]?>? Next(IConsumer<Ignore, byte[]?> consumer, string topic)
    {
        while (true)
        {
            try
            {
                return consumer.Consume(Patience);
            }
            catch (ConsumeException e) when (e.Error.Code == ErrorCode.GroupAuthorizationFailed)
            {
                // No group is used: the client only looks for its coordinator.
            }
            catch (ConsumeException e)
            {
                throw Refused(e.Error, KafkaRight.OnTopic(AclOperation.Read, topic), e);
            }
        }
    }

    private KafkaException Refused(Error error, KafkaRight right, Exception cause) =>
        error.Code is ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed or ErrorCode.GroupAuthorizationFailed
            ? new RightMissingException(User, right, error.Code, cause)
            : new KafkaException(error, cause);

    private IConsumer<Ignore, byte[]?> NewConsumer() =>
        new ConsumerBuilder<Ignore, byte[]?>(new ConsumerConfig(_settings)
        {
            // Consumers must name a group; this one neither joins it nor commits.
            GroupId = "e2ekafka-doctor",
            EnableAutoCommit = false,
            EnablePartitionEof = true,
            AllowAutoCreateTopics = false,

            // A transaction that is left open hides nothing from doctor.
            IsolationLevel = IsolationLevel.ReadUncommitted,
        }).SetLogHandler(static (_, _) => { }).Build();
}

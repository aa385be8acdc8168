using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.Logging;

namespace E2EKafka;

/// <summary>
/// The control topics on Kafka, over a consumer and a producer of its own: the application's handles are left alone.
/// Reads by assignment from the beginning and commits nothing; writes idempotently, with acks=all.
/// </summary>
internal sealed class KafkaControlLog : IControlLog
{
    /// <summary>How often the ends of partitions are asked for, so that silence can be told from being kept in the dark.</summary>
    private static readonly TimeSpan FindEndInterval = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan MetadataTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MetadataRetry = TimeSpan.FromSeconds(1);

    private readonly ProjectDocument _project;
    private readonly bool _createTopics;
    private readonly string _brokers;
    private readonly IControlLogSink _sink;
    private readonly ILogger _log;
    private readonly IConsumer<Ignore, byte[]?> _consumer;
    private readonly IProducer<Null, byte[]> _producer;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<ControlPartition, long> _wanted = [];
    private readonly Queue<Publication> _early = new();
    private readonly Thread _reader;
    private readonly Thread _endFinder;
    private bool _assigned;

    public KafkaControlLog(
        IReadOnlyDictionary<string, string> kafka, ProjectDocument project, string identifier, bool createTopics, IControlLogSink sink, ILogger log)
    {
        _project = project;
        _createTopics = createTopics;
        _brokers = kafka.GetValueOrDefault("bootstrap.servers", "");
        _sink = sink;
        _log = log;
        var consumer = new ConsumerConfig(new Dictionary<string, string>(kafka))
        {
            GroupId = $"e2ekafka-{identifier}",
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            AllowAutoCreateTopics = false,

            // A record counts by its signature. Nobody may hold a partition up with a transaction that he leaves open.
            IsolationLevel = IsolationLevel.ReadUncommitted,
        };
        var producer = new ProducerConfig(new Dictionary<string, string>(kafka))
        {
            EnableIdempotence = true,
            Acks = Acks.All,
            LingerMs = 0,
            MessageTimeoutMs = 30_000,
        };
        try
        {
            _consumer = new ConsumerBuilder<Ignore, byte[]?>(consumer)
                .SetErrorHandler((_, error) => Report(error))
                .SetLogHandler((_, message) => Report(message))
                .Build();
            _producer = new ProducerBuilder<Null, byte[]>(producer)
                .SetErrorHandler((_, error) => Report(error))
                .SetLogHandler((_, message) => Report(message))
                .Build();
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or KafkaException)
        {
            _consumer?.Dispose();
            throw new EndToEndKafkaException(FailureReason.OptionsInvalid,
                $"The Kafka client settings are not valid: {e.Message} Correct them in the options.");
        }

        _reader = new Thread(ReadUntilStopped) { IsBackground = true, Name = "E2EKafka control log" };
        _endFinder = new Thread(FindEndsUntilStopped) { IsBackground = true, Name = "E2EKafka control log ends" };
    }

    public void Start()
    {
        _reader.Start();
        _endFinder.Start();
    }

    public void Read(ControlPartition partition, long from)
    {
        lock (_lock)
        {
            if (_wanted.TryAdd(partition, from) && _assigned)
                _consumer.IncrementalAssign([From(partition, from)]);
        }
    }

    public void Publish(Publication publication)
    {
        lock (_lock)
        {
            // A producer asks for a topic by its name, and that can create it. Members write little before their topics are there.
            if (!_assigned)
            {
                _early.Enqueue(publication);
                return;
            }
        }

        Write(publication);
    }

    public long? FindEnd(ControlPartition partition, TimeSpan timeout)
    {
        try
        {
            return _consumer.QueryWatermarkOffsets(PartitionOf(partition), timeout).High.Value;
        }
        catch (KafkaException e)
        {
            _log.KafkaProblem(e.Error.Reason);
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (!_reader.ThreadState.HasFlag(ThreadState.Unstarted))
            _reader.Join();
        if (!_endFinder.ThreadState.HasFlag(ThreadState.Unstarted))
            _endFinder.Join();

        // What was published and not acknowledged was not used either; there is nothing to wait for.
        _producer.Dispose();
        _consumer.Close();
        _consumer.Dispose();
        _stop.Dispose();
    }

    private void Write(Publication publication)
    {
        var outstanding = publication.Records.Count;
        var allDurable = 1;
        foreach (var record in publication.Records)
        {
            try
            {
                _producer.Produce(
                    PartitionOf(publication.Partition),
                    new Message<Null, byte[]> { Value = Encoding.ASCII.GetBytes(record) },
                    report => Done(report.Status == PersistenceStatus.Persisted));
            }
            catch (KafkaException e)
            {
                _log.KafkaProblem(e.Error.Reason);
                Done(false);
            }
        }

        void Done(bool durable)
        {
            if (!durable)
                Volatile.Write(ref allDurable, 0);
            if (Interlocked.Decrement(ref outstanding) == 0)
                _sink.Written(publication, Volatile.Read(ref allDurable) == 1);
        }
    }

    private void ReadUntilStopped()
    {
        try
        {
            WaitForTopics();
            lock (_lock)
            {
                _consumer.Assign(_wanted.Select(pair => From(pair.Key, pair.Value)));
                _assigned = true;
                while (_early.TryDequeue(out var publication))
                    Write(publication);
            }

            while (true)
                ReadNext();
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
    }

    private void FindEndsUntilStopped()
    {
        while (!_stop.Token.WaitHandle.WaitOne(FindEndInterval))
        {
            List<ControlPartition> partitions;
            lock (_lock)
                partitions = _assigned ? [.. _wanted.Keys] : [];
            foreach (var partition in partitions)
            {
                if (_stop.IsCancellationRequested)
                    return;
                if (FindEnd(partition, MetadataTimeout) is not { } end)
                    continue;

                _sink.Problem(null);
                _sink.EndFound(partition, end);
            }
        }
    }

    private void ReadNext()
    {
        ConsumeResult<Ignore, byte[]?> result;
        try
        {
            result = _consumer.Consume(_stop.Token);
        }
        catch (KafkaException e)
        {
            Report(e.Error);
            return;
        }

        _sink.Problem(null);
        var partition = PartitionOf(result.TopicPartition);
        if (result.IsPartitionEOF)
        {
            _sink.ReadToTheEnd(partition, result.Offset.Value);
            return;
        }

        _sink.Received(
            new ControlRecord(
                partition,
                result.Message.Value,
                result.Message.Timestamp.Type == TimestampType.NotAvailable ? null : new DateTimeOffset(result.Message.Timestamp.UtcDateTime),
                result.Offset.Value));
    }

    private void WaitForTopics()
    {
        using var admin = new DependentAdminClientBuilder(_consumer.Handle).Build();
        while (TopicProblem(admin) is { } problem)
        {
            _sink.Problem(problem);
            _stop.Token.WaitHandle.WaitOne(MetadataRetry);
            _stop.Token.ThrowIfCancellationRequested();
        }

        _sink.Problem(null);
    }

    private MemberFailure? TopicProblem(IAdminClient admin)
    {
        try
        {
            // All topics, and not ours by name: asking for a topic by name can create it.
            var partitions = admin.GetMetadata(MetadataTimeout).Topics
                .Where(topic => topic.Error.Code == ErrorCode.NoError)
                .ToDictionary(topic => topic.Topic, topic => topic.Partitions.Count);
            var missing = _project.ControlTopics.Where(topic => !partitions.ContainsKey(topic.Name)).ToList();
            if (missing.Count > 0 && _createTopics)
            {
                Create(admin, missing);
                return null;
            }

            if (missing.Count > 0)
            {
                return new MemberFailure(FailureReason.ControlTopicMissing,
                    $"Control topics are missing, or this client may not see them: {string.Join(", ", missing.Select(topic => topic.Name))}. Create them as the project's ControlTopics say, or set CreateControlTopics.");
            }

            return _project.ControlTopics.FirstOrDefault(topic => partitions[topic.Name] < topic.Partitions) is { } small
                ? new MemberFailure(FailureReason.ControlTopicMissing,
                    $"Control topic {small.Name} has {partitions[small.Name]} partitions and needs {small.Partitions}. Add the missing partitions; nothing that is in the topic is lost.")
                : null;
        }
        catch (KafkaException e)
        {
            return BrokerProblem(e.Error);
        }
    }

    private static void Create(IAdminClient admin, IReadOnlyCollection<ControlTopic> topics)
    {
        try
        {
            admin.CreateTopicsAsync(topics.Select(topic => new TopicSpecification
            {
                Name = topic.Name,
                NumPartitions = topic.Partitions,
                ReplicationFactor = -1,
                Configs = new Dictionary<string, string>(topic.Settings),
            })).GetAwaiter().GetResult();
        }
        catch (CreateTopicsException e) when (e.Results.All(result => result.Error.Code is ErrorCode.NoError or ErrorCode.TopicAlreadyExists))
        {
            // Another member was faster.
        }
    }

    // Both clients are given all settings, and librdkafka warns of each that concerns the other kind.
    private void Report(LogMessage message)
    {
        if (!message.Message.Contains("will be ignored by this", StringComparison.Ordinal))
            _log.KafkaProblem(message.Message);
    }

    private void Report(Error error)
    {
        _log.KafkaProblem(error.Reason);
        if (error.Code is ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Authentication or ErrorCode.Local_Ssl or ErrorCode.TopicAuthorizationFailed)
            _sink.Problem(BrokerProblem(error));
    }

    private MemberFailure BrokerProblem(Error error) => new(FailureReason.BrokerUnreachable,
        $"Kafka cannot be used: {error.Reason}. Check BootstrapServers ('{_brokers}'), the network, and this client's user and rights.");

    private TopicPartitionOffset From(ControlPartition partition, long offset) =>
        new(PartitionOf(partition), offset == 0 ? Offset.Beginning : offset);

    private TopicPartition PartitionOf(ControlPartition partition) => new(partition.NameIn(_project.Control), partition.Partition);

    private ControlPartition PartitionOf(TopicPartition partition)
    {
        var control = _project.Control;
        var topic =
            partition.Topic == control.Authority ? ControlTopicKind.Authority
            : partition.Topic == control.Members ? ControlTopicKind.Members
            : partition.Topic == control.Keys ? ControlTopicKind.Keys
            : ControlTopicKind.Requests;
        return new ControlPartition(topic, partition.Partition.Value);
    }
}

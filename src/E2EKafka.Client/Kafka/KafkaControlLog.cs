using System.Collections.Concurrent;
using Confluent.Kafka;
using E2EKafka.Diagnostics;
using E2EKafka.KeyExchange;
using E2EKafka.Messages;

namespace E2EKafka.Kafka;

/// <summary>
/// The control topics on Kafka, over a consumer and a producer of its own: the application's handles are left alone.
/// Reads by assignment from the beginning and commits nothing.
/// </summary>
internal sealed class KafkaControlLog : IControlLog
{
    private static readonly TimeSpan MetadataTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly ProjectDocument _project;
    private readonly bool _createTopics;
    private readonly string _brokers;
    private readonly IControlLogSink _sink;
    private readonly UnfailingLog _log;
    private readonly IConsumer<Ignore, byte[]?> _consumer;
    private readonly ControlTopicWriter _writer;
    private readonly ControlTopicWatch _topics;
    private readonly ControlLogRounds _rounds;
    private readonly ControlLogLooks _looks;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _lock = new();
    private readonly Dictionary<ControlPartition, long> _wanted = [];
    private readonly Queue<Publication> _early = new();
    private readonly ConcurrentQueue<TopicPartitionOffset> _again = new();
    private readonly Thread _reader;
    private readonly Dictionary<TopicPartition, (long Offset, TimestampType Time)> _lastRead = [];
    private bool _assigned;

    /// <param name="kafka">The settings of the Kafka clients.</param>
    /// <param name="project">The project.</param>
    /// <param name="identifier">Names the consumer's group, which it neither joins nor commits to.</param>
    /// <param name="createTopics">Whether to create missing control topics.</param>
    /// <param name="lookInterval">How often the settings of the control topics are looked at.</param>
    /// <param name="sink">Where to report.</param>
    /// <param name="log">The log. It must not throw: it is called from librdkafka's callbacks.</param>
    public KafkaControlLog(
        IReadOnlyDictionary<string, string> kafka, ProjectDocument project, string identifier, bool createTopics, TimeSpan lookInterval,
        IControlLogSink sink, UnfailingLog log)
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

            // A record counts by its signature. A transaction left open must not hold a partition up.
            IsolationLevel = IsolationLevel.ReadUncommitted,
        };
        try
        {
            _consumer = new ConsumerBuilder<Ignore, byte[]?>(consumer)
                .SetErrorHandler((_, error) => Report(error))
                .SetLogHandler((_, message) => Report(message))
                .Build();
            _writer = new ControlTopicWriter(kafka, Report, Report, Delivered, sink.Written, log);
            _topics = new ControlTopicWatch(project, _consumer.Handle, kafka);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or KafkaException)
        {
            _writer?.Dispose();
            _consumer?.Dispose();
            throw new EndToEndKafkaException(FailureReason.OptionsInvalid,
                $"The Kafka client settings are not valid: {e.Message} Correct them in the options.");
        }

        _reader = new Thread(ReadUntilStopped) { IsBackground = true, Name = "E2EKafka control log" };
        _rounds = new ControlLogRounds(_topics, lookInterval, PartitionsRead, FindWatermarks, sink, log);
        _looks = new ControlLogLooks(partition => FindWatermarks(partition)?.High, sink, log);
    }

    public void Start()
    {
        _looks.Start();
        _reader.Start();
        _rounds.Start();
    }

    public void Read(ControlPartition partition, long from)
    {
        lock (_lock)
        {
            if (!_wanted.TryAdd(partition, from) || !_assigned)
                return;

            try
            {
                _consumer.IncrementalAssign([From(partition, from)]);
            }
            catch (KafkaException e)
            {
                // It is asked for again.
                _wanted.Remove(partition);
                _log.KafkaProblem(e.Error.Reason);
            }
        }
    }

    public void ReadAgain(ControlPartition partition, long from) => _again.Enqueue(new TopicPartitionOffset(PartitionOf(partition), from));

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

    public void Look(ControlPartition partition) => _looks.Look(partition);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        if (!_reader.ThreadState.HasFlag(ThreadState.Unstarted))
            _reader.Join();
        _rounds.Stop();
        _looks.Stop();

        // What was published and not acknowledged was not used either; there is nothing to wait for.
        _writer.Dispose();
        _topics.Dispose();
        _consumer.Close();
        _consumer.Dispose();
        _stop.Dispose();
        _rounds.Dispose();
        _looks.Dispose();
    }

    private void Write(Publication publication) =>
        _writer.Write(PartitionOf(publication.Partition), publication);

    private void Delivered(DeliveryReport<Null, byte[]> report)
    {
        if (report.Status != PersistenceStatus.Persisted)
            _log.KafkaProblem($"A record to {report.Topic} was not written: {report.Error.Reason}");

        // Kafka says so where it compacts the topic, and that is said to clients that may not see the setting too.
        if (_topics.Wrote(report.Topic, refusedWithoutKey: report.Error.Code == ErrorCode.InvalidRecord))
            _sink.TopicsFound(_topics.Facts);
        if (report.Error.Code == ErrorCode.InvalidRecord)
            _rounds.LookSoon();
        LookIfMissing(report.Error);
    }

    private void ReadUntilStopped()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                if (!_assigned)
                    BeginToRead();
                ReadNext();
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                // Whatever a broker answers or a record holds: it ends neither the process nor the reading.
                _log.RecordFailed(e);
                _stop.Token.WaitHandle.WaitOne(Retry);
            }
        }
    }

    private void BeginToRead()
    {
        WaitForTopics();
        _rounds.Look();
        lock (_lock)
        {
            _consumer.Assign(_wanted.Select(pair => From(pair.Key, pair.Value)));
            _assigned = true;
            while (_early.TryDequeue(out var publication))
                Write(publication);
        }
    }

    private IReadOnlyList<ControlPartition>? PartitionsRead()
    {
        lock (_lock)
            return _assigned ? [.. _wanted.Keys] : null;
    }

    /// <returns>The offset of the first record, and that behind the last; <see langword="null"/> if the broker does not answer in time.</returns>
    private (long Low, long High)? FindWatermarks(ControlPartition partition)
    {
        try
        {
            var found = _consumer.QueryWatermarkOffsets(PartitionOf(partition), MetadataTimeout);
            return found.High.Value < 0 ? null : (found.Low.Value, found.High.Value);
        }
        catch (KafkaException e)
        {
            _log.KafkaProblem(e.Error.Reason);
            return null;
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }

    private void ReadNext()
    {
        ConsumeResult<Ignore, byte[]?>? result;
        try
        {
            // On this thread, so that no record from before it comes after it.
            while (_again.TryPeek(out var from))
            {
                _consumer.Seek(from);
                _again.TryDequeue(out _);
                _lastRead.Remove(from.TopicPartition);
                _sink.ReadingAgain(PartitionOf(from.TopicPartition), from.Offset.Value);
            }

            result = _consumer.Consume(Poll);
        }
        catch (KafkaException e)
        {
            Report(e.Error);
            _stop.Token.WaitHandle.WaitOne(Poll);
            return;
        }

        if (result is null)
            return;
        _sink.Problem(null);
        var partition = PartitionOf(result.TopicPartition);
        if (result.IsPartitionEOF)
        {
            if (_lastRead.TryGetValue(result.TopicPartition, out var newest) && _topics.Saw(result.TopicPartition, newest.Time))
                _sink.TopicsFound(_topics.Facts);
            _sink.CaughtUp(partition, result.Offset.Value);
            return;
        }

        // A record that comes again means that the topic was created again, perhaps by the broker with its own defaults.
        var (offset, timestamp) = (result.Offset.Value, result.Message.Timestamp);
        if (_lastRead.TryGetValue(result.TopicPartition, out var last) && offset <= last.Offset)
            _rounds.LookSoon();
        _lastRead[result.TopicPartition] = (offset, timestamp.Type);
        var isTime = KafkaTime.TryRead(timestamp, out var time);
        _sink.Received(new ControlRecord(partition, result.Message.Value, time, offset)
        {
            HasBadTimestamp = !isTime,
            IsStamped = time is not null && timestamp.Type == TimestampType.LogAppendTime,
        });
    }

    private void WaitForTopics()
    {
        while (TopicProblem() is { } problem)
        {
            _sink.Problem(problem);
            _stop.Token.WaitHandle.WaitOne(Retry);
            _stop.Token.ThrowIfCancellationRequested();
        }

        _sink.Problem(null);
    }

    private MemberFailure? TopicProblem()
    {
        try
        {
            return _topics.FindProblem(_createTopics);
        }
        catch (KafkaException e)
        {
            return BrokerProblem(e.Error);
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
        LookIfMissing(error);
        if (error.Code is ErrorCode.Local_AllBrokersDown or ErrorCode.Local_Authentication or ErrorCode.Local_Ssl or ErrorCode.TopicAuthorizationFailed)
            _sink.Problem(BrokerProblem(error));
    }

    // A look makes librdkafka report the same again, so that looks without end would follow.
    private void LookIfMissing(Error error)
    {
        if (error.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition && !_topics.KnowsOfMissing)
            _rounds.LookSoon();
    }

    private MemberFailure BrokerProblem(Error error) => new(FailureReason.BrokerUnreachable,
        $"Kafka cannot be used: {error.Reason}. Check BootstrapServers ('{_brokers}'), the network, and this client's user and rights.");

    private TopicPartitionOffset From(ControlPartition partition, long offset) =>
        new(PartitionOf(partition), offset <= 0 ? Offset.Beginning : offset);

    private TopicPartition PartitionOf(ControlPartition partition) => new(partition.NameIn(_project.Control), partition.Partition);

    private ControlPartition PartitionOf(TopicPartition partition)
    {
        var control = _project.Control;
        var topic =
            partition.Topic == control.Authority ? ControlTopicKind.Authority
            : partition.Topic == control.Members ? ControlTopicKind.Members
            : partition.Topic == control.Sessions ? ControlTopicKind.Sessions
            : partition.Topic == control.Grants ? ControlTopicKind.Grants
            : ControlTopicKind.Requests;
        return new ControlPartition(topic, partition.Partition.Value);
    }
}

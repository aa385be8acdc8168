using Confluent.Kafka;
using Confluent.Kafka.Admin;
using E2EKafka.Diagnostics;
using E2EKafka.KeyExchange;
using E2EKafka.Messages;

namespace E2EKafka.Kafka;

/// <summary>The control topics on Kafka, over a consumer and a producer of its own: the application's handles are left alone.</summary>
internal sealed class KafkaControlLog : IControlLog, IControlTopicEvents
{
    private const string ReconnectBackoff = "reconnect.backoff.max.ms";

    private readonly ProjectDocument _project;
    private readonly IReadOnlyCollection<ControlTopicKind> _reads;
    private readonly IControlLogSink _sink;
    private readonly UnfailingLog _log;
    private readonly FirstCause _cause;
    private readonly OAuthBearerTokens _tokens;
    private readonly ControlTopicReader _reader;
    private readonly ControlTopicWriter _writer;
    private readonly ControlTopicWatch _topics;
    private readonly ControlTopicProvisioner _provisioner;

    // The clients report from their first moment on, when it is not made yet.
    private readonly ControlLogRounds? _rounds;
    private readonly ControlLogLooks _looks;
    private readonly Lock _lock = new();
    private readonly HashSet<string> _written = [];
    private readonly Queue<Publication> _early = new();
    private bool _begun;

    /// <param name="access">How the Kafka clients reach Kafka.</param>
    /// <param name="project">The project.</param>
    /// <param name="identifier">Names the consumer's group, which it neither joins nor commits to.</param>
    /// <param name="reads">The control topics that the process reads, now or later.</param>
    /// <param name="createTopics">Whether to create missing control topics.</param>
    /// <param name="lookInterval">How often the settings of the control topics are looked at.</param>
    /// <param name="sink">Where to report.</param>
    /// <param name="log">The log. It must not throw: it is called from librdkafka's callbacks.</param>
    public KafkaControlLog(
        KafkaAccess access, ProjectDocument project, string identifier, IReadOnlyCollection<ControlTopicKind> reads, bool createTopics,
        TimeSpan lookInterval, IControlLogSink sink, UnfailingLog log)
    {
        (_project, _reads, _sink, _log) = (project, reads, sink, log);
        _cause = new FirstCause(access.Settings, Changed);
        _tokens = new OAuthBearerTokens(access.TokenRefreshHandler, access.TokenProvider);

        // By default a client waits up to 10 s before it tries a broker again that is back.
        var settings = new Dictionary<string, string>(access.Settings);
        settings.TryAdd(ReconnectBackoff, "2000");
        try
        {
            _reader = new ControlTopicReader(settings, project.Control, identifier, sink, this, _tokens, log);
            _writer = new ControlTopicWriter(settings, this, sink.Written, _tokens, log);
            _topics = new ControlTopicWatch(project, _reader.Handle, access.Settings);
            _provisioner = new ControlTopicProvisioner(project, _reader.Handle, createTopics, _topics, Needed, _cause, access.UsesTokens ? _reader.Poll : null);
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or KafkaException)
        {
            _topics?.Dispose();
            _writer?.Dispose();
            _reader?.Dispose();
            _tokens.Dispose();
            throw access.NotValid(e);
        }

        _rounds = new ControlLogRounds(_topics, Needed, lookInterval, () => _reader.Partitions, _reader.FindWatermarks, _cause, sink, log);
        _looks = new ControlLogLooks(FindHighWatermark, sink, log);
    }

    public void Start()
    {
        _looks.Start();
        _reader.Start(_provisioner.Wait);
        _rounds!.Start();
    }

    public void Read(ControlPartition partition, long from) => _reader.Read(partition, from);

    public void ReadAgain(ControlPartition partition, long from) => _reader.ReadAgain(partition, from);

    public void WatchDataTopic(string topic)
    {
        if (_topics.Add(topic))
            _rounds!.LookSoon();
    }

    public void Publish(Publication publication)
    {
        lock (_lock)
        {
            _written.Add(publication.Partition.NameIn(_project.Control));

            // A producer asks for a topic by its name, and that can create it. Members write little before their topics are there.
            if (!_begun)
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
        await Task.Run(_reader.Stop).ConfigureAwait(false);
        _rounds!.Stop();
        _looks.Stop();
        _tokens.Dispose();

        // What was published and not acknowledged was not used either; there is nothing to wait for.
        _writer.Dispose();
        _provisioner.Dispose();
        _topics.Dispose();
        _reader.Dispose();
        _rounds.Dispose();
        _looks.Dispose();
    }

    void IControlTopicEvents.Begun()
    {
        // Written outside of the lock: what becomes of a record may be told at once.
        while (TakeEarly() is { } publication)
            Write(publication);
        _rounds!.Look();
    }

    void IControlTopicEvents.Failed(Error error) => Failed(error);

    void IControlTopicEvents.NotRead(TopicPartition? partition, Error error)
    {
        if (partition is not null && IsDenial(error))
            _topics.Tried(new TopicRight(AclOperation.Read, partition.Topic), isRefused: true);
        Failed(error);
    }

    void IControlTopicEvents.ReadToEnd(TopicPartition partition, TimestampType? newest)
    {
        _topics.Tried(new TopicRight(AclOperation.Read, partition.Topic), isRefused: false);
        if (newest is { } type && _topics.Saw(partition, type))
            _sink.TopicsFound(_topics.Facts);
    }

    void IControlTopicEvents.ReadBack() => _rounds?.LookSoon();

    void IControlTopicEvents.Written(string topic, Error error, PersistenceStatus status, int size)
    {
        if (status == PersistenceStatus.Persisted)
            _cause.Written(topic, size);
        else
            _log.KafkaClient($"A record to {topic} was not written: {error.Reason}");

        // Kafka says so where it compacts the topic, and that is said to clients that may not see the setting too.
        if (_topics.Wrote(topic, refusedWithoutKey: error.Code == ErrorCode.InvalidRecord))
            _sink.TopicsFound(_topics.Facts);
        _topics.Tried(new TopicRight(AclOperation.Write, topic), IsDenial(error));
        if (error.Code == ErrorCode.MsgSizeTooLarge)
            _cause.TooLarge(topic, size);
        if (error.Code == ErrorCode.InvalidRecord)
            _rounds?.LookSoon();
        if (error.IsError)
            Failed(error);
    }

    // Both clients are given all settings, and librdkafka warns of each that concerns the other kind.
    void IControlTopicEvents.Logged(LogMessage message)
    {
        if (!message.Message.Contains("will be ignored by this", StringComparison.Ordinal))
            _log.KafkaClient(message.Message);
    }

    private static bool IsDenial(Error error) => error.Code is ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed;

    private void Failed(Error error)
    {
        if (FirstCause.IsOfConnection(error))
        {
            // Only once: while it is suspected, Kafka is asked every second.
            _log.KafkaClient(error.Reason);
            var isNews = !_cause.IsSuspected;
            _cause.Reported(error);
            if (isNews)
                _rounds?.AskSoon();
            return;
        }

        // A missing right is told by name. Brokers before 2.8 want one of the whole cluster besides, which they do not list.
        if (error.Code == ErrorCode.ClusterAuthorizationFailed)
            _log.KafkaProblem($"{error.Reason}: this client has no right to write to any topic, or, with brokers before 2.8, lacks IdempotentWrite on the cluster.");
        else if (error.Code != ErrorCode.MsgSizeTooLarge && !IsDenial(error))
            _log.KafkaProblem(error.Reason);

        // A look makes librdkafka report the same again, so that looks without end would follow.
        if ((IsDenial(error) && !_cause.LacksRights) ||
            (error.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownTopic or ErrorCode.Local_UnknownPartition && !_topics.KnowsOfMissing))
            _rounds?.LookSoon();
    }

    private void Changed(MemberFailure? cause)
    {
        if (cause is null)
            _log.KafkaServes();
        else
            _log.KafkaProblem(cause.Message);
        _sink.Problem(cause);
        _rounds?.AskSoon();
    }

    private Publication? TakeEarly()
    {
        lock (_lock)
        {
            if (_early.TryDequeue(out var publication))
                return publication;

            _begun = true;
            return null;
        }
    }

    private void Write(Publication publication) => _writer.Write(publication.Partition.On(_project.Control), publication);

    private IEnumerable<TopicRight> Needed()
    {
        HashSet<string> read = [.. _reads.Select(kind => new ControlPartition(kind, 0).NameIn(_project.Control))];
        HashSet<string> written;
        lock (_lock)
            written = [.. _written];
        foreach (var topic in _project.ControlTopics.Select(topic => topic.Name))
        {
            if (read.Contains(topic))
                yield return new TopicRight(AclOperation.Read, topic);
            if (written.Contains(topic))
                yield return new TopicRight(AclOperation.Write, topic);
            if (!read.Contains(topic) && !written.Contains(topic))
                yield return new TopicRight(AclOperation.Describe, topic);
        }
    }

    private long? FindHighWatermark(ControlPartition partition)
    {
        try
        {
            var end = _reader.FindWatermarks(partition).High;
            return end < 0 ? null : end;
        }
        catch (KafkaException e)
        {
            Failed(e.Error);
            return null;
        }
        catch (ObjectDisposedException)
        {
            return null;
        }
    }
}

using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace E2EKafka.Cli.Tests;

/// <summary>A Kafka in which everything is as it should be for a project, until a test changes it.</summary>
internal sealed class FakeKafka : IKafkaView
{
    private readonly TimeProvider _time;

    public FakeKafka(ProjectDocument project, TimeProvider time)
    {
        _time = time;
        foreach (var topic in project.ControlTopics)
        {
            Topics[topic.Name] = new TopicView(topic.Partitions, 3);
            Settings[topic.Name] = new Dictionary<string, string>(topic.Settings) { ["retention.bytes"] = "-1" };
            Rights[topic.Name] = [AclOperation.Describe, AclOperation.Read, AclOperation.Write];
        }

        Rights[project.Control.Authority] = [AclOperation.Describe, AclOperation.Read];
    }

    /// <summary>Who asks.</summary>
    public string User { get; set; } = "User:orders";

    /// <summary>Rights that this user lacks, where that keeps Kafka from answering.</summary>
    public List<KafkaRight> Lacks { get; } = [];

    /// <summary>What every question is answered with, if Kafka gives no answer.</summary>
    public ErrorCode? Fails { get; set; }

    public Dictionary<string, TopicView> Topics { get; } = [];

    public Dictionary<string, Dictionary<string, string>> Settings { get; } = [];

    public Dictionary<string, AclOperation[]?> Rights { get; } = [];

    /// <summary>On every consumer group.</summary>
    public AclOperation[]? GroupRights { get; set; } = [AclOperation.Describe, AclOperation.Read];

    public List<AclBinding> Acls { get; } = [];

    /// <summary>The newest records of each topic.</summary>
    public Dictionary<string, List<LoggedRecord>> Records { get; } = [];

    /// <summary>How far the broker's clock is ahead of ours; <see langword="null"/> if the topic keeps the writer's time.</summary>
    public TimeSpan? ClockAhead { get; set; } = TimeSpan.Zero;

    /// <summary>Why nothing can be written.</summary>
    public ErrorCode? WriteFails { get; set; }

    public int RecordsWritten { get; private set; }

    public void Add(string topic, string record, DateTimeOffset? at = null)
    {
        if (!Records.TryGetValue(topic, out var records))
            Records[topic] = records = [];
        records.Add(new LoggedRecord(System.Text.Encoding.ASCII.GetBytes(record), at ?? _time.GetUtcNow()));
    }

    public IReadOnlyDictionary<string, TopicView> ReadTopics()
    {
        try
        {
            return Answer<IReadOnlyDictionary<string, TopicView>>(Topics);
        }
        catch (KafkaException e)
        {
            var settings = new Dictionary<string, string> { ["bootstrap.servers"] = "broker:9092" };
            throw new KafkaUnavailableException(new FirstCause(settings, static _ => { }).Explain(e.Error), e);
        }
    }

    public Task<IReadOnlyDictionary<string, string>> ReadSettingsAsync(string topic) =>
        Task.FromResult(Answer<IReadOnlyDictionary<string, string>>(Settings[topic], KafkaRight.OnTopic(AclOperation.DescribeConfigs, topic)));

    public Task<IReadOnlyCollection<AclOperation>?> ReadRightsAsync(string topic) =>
        Task.FromResult(Answer<IReadOnlyCollection<AclOperation>?>(Rights[topic]));

    public Task<IReadOnlyCollection<AclOperation>?> ReadGroupRightsAsync(string group) =>
        Task.FromResult(Answer<IReadOnlyCollection<AclOperation>?>(GroupRights));

    public Task<IReadOnlyList<AclBinding>> ReadAclsAsync(string topic) => Task.FromResult(Answer<IReadOnlyList<AclBinding>>(Acls, KafkaRight.OnCluster(AclOperation.Describe)));

    public Task<Timestamp> WriteEmptyRecordAsync(string topic)
    {
        if (WriteFails is { } error)
            throw new KafkaException(error);

        var right = KafkaRight.OnTopic(AclOperation.Write, topic);
        if (!Lacks.Contains(right))
            RecordsWritten++;
        return Task.FromResult(Answer(ClockAhead is { } ahead
            ? new Timestamp((_time.GetUtcNow() + ahead).ToUnixTimeMilliseconds(), TimestampType.LogAppendTime)
            : new Timestamp(_time.GetUtcNow().ToUnixTimeMilliseconds(), TimestampType.CreateTime), right));
    }

    public IReadOnlyList<LoggedRecord> ReadNewest(string topic, int count) =>
        Answer<IReadOnlyList<LoggedRecord>>(Records.GetValueOrDefault(topic, []), KafkaRight.OnTopic(AclOperation.Read, topic));

    public void Dispose()
    {
        // Nothing is held.
    }

    private T Answer<T>(T answer, KafkaRight? takes = null) =>
        Fails is { } error ? throw new KafkaException(error)
        : takes is not null && Lacks.Contains(takes) ? throw new RightMissingException(User, takes, ErrorCode.TopicAuthorizationFailed)
        : answer;
}

using System.Collections.Immutable;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using E2EKafka.KeyExchange;
using E2EKafka.Messages;

namespace E2EKafka.Kafka;

/// <summary>
/// Looks after the control topics on Kafka: whether they are there, and with which settings. Never creates one by asking for it. Safe for
/// many threads.
/// </summary>
internal sealed class ControlTopicWatch : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RefusalMemory = TimeSpan.FromMinutes(1);

    private readonly ProjectDocument _project;
    private readonly IAdminClient _admin;
    private readonly string _toolArguments;
    private readonly Lock _lock = new();
    private readonly HashSet<TopicPartition> _writersTime = [];
    private readonly Dictionary<string, long> _refusesUnkeyed = [];
    private Dictionary<string, FoundTopic> _found = [];
    private HashSet<string> _missing = [];

    /// <param name="project">The project.</param>
    /// <param name="consumer">A consumer's handle: its clients do not create topics by asking for them.</param>
    /// <param name="kafka">The client's settings, for the commands in messages.</param>
    public ControlTopicWatch(ProjectDocument project, Handle consumer, IReadOnlyDictionary<string, string> kafka)
    {
        _project = project;
        _admin = new DependentAdminClientBuilder(consumer).Build();
        var isPlain = kafka.GetValueOrDefault("security.protocol", "plaintext").Equals("plaintext", StringComparison.OrdinalIgnoreCase);
        _toolArguments = $"--bootstrap-server {ShellWord.Of(kafka.GetValueOrDefault("bootstrap.servers", ""))}{(isPlain ? "" : " --command-config ADMIN.PROPERTIES")}";
    }

    /// <summary>What is known by now.</summary>
    public ControlTopicFacts Facts
    {
        get
        {
            lock (_lock)
            {
                return new ControlTopicFacts(
                    _found.ToImmutableDictionary(pair => pair.Key, pair => pair.Value with
                    {
                        KeepsWritersTime = _writersTime.Any(partition => partition.Topic == pair.Key),
                        RefusesRecordsWithoutKey = _refusesUnkeyed.ContainsKey(pair.Key),
                    }),
                    _toolArguments);
            }
        }
    }

    /// <summary>Whether a topic that is not known to be missing did not show at the last look. One look is no proof: brokers learn of topics one after the other.</summary>
    public bool IsUnsure
    {
        get
        {
            lock (_lock)
                return _missing.Any(name => _found[name].Partitions is null);
        }
    }

    /// <summary>Whether a topic is known to be missing. What clients report of it is no news then.</summary>
    public bool KnowsOfMissing
    {
        get
        {
            lock (_lock)
                return _found.Values.Any(found => found.Partitions == 0);
        }
    }

    /// <summary>Why the topics cannot be used; <see langword="null"/> if they are there.</summary>
    /// <param name="create">Whether to create those that are missing.</param>
    /// <exception cref="KafkaException">Kafka does not answer, or does not let them be created.</exception>
    public MemberFailure? FindProblem(bool create)
    {
        // All topics, and not ours by name: this is the first question, and brokers before 0.11 create what they are asked for.
        var partitions = new Dictionary<string, int>();
        foreach (var topic in _admin.GetMetadata(Patience).Topics.Where(topic => topic.Error.Code == ErrorCode.NoError))
            partitions[topic.Topic] = topic.Partitions.Count;
        var missing = _project.ControlTopics.Where(topic => !partitions.ContainsKey(topic.Name)).ToList();
        if (missing.Count > 0 && create)
        {
            Create(missing);
            return null;
        }

        if (missing.Count > 0)
        {
            return new MemberFailure(FailureReason.ControlTopicMissing,
                $"Control topics are missing, or this client may not see them: {string.Join(", ", missing.Select(topic => topic.Name))}. Create them as the project's ControlTopics say, or set CreateControlTopics.");
        }

        return _project.ControlTopics.FirstOrDefault(topic => partitions[topic.Name] < topic.Partitions) is { } small
            ? new MemberFailure(FailureReason.ControlTopicMissing, ControlTopicVerdict.Describe(small, partitions[small.Name], Facts))
            : null;
    }

    /// <summary>Asks Kafka for partitions and settings. What Kafka does not answer stays unknown.</summary>
    public void Look()
    {
        var names = _project.ControlTopics.Select(topic => topic.Name).ToList();
        var partitions = ReadPartitions(names);
        var settings = ReadSettings(names);
        lock (_lock)
        {
            _found = names.ToDictionary(name => name, name =>
            {
                var (found, isDenied) = settings.GetValueOrDefault(name);
                int? count = partitions.TryGetValue(name, out var answer) && (answer.Count > 0 || _missing.Contains(name)) ? answer.Count : null;
                return new FoundTopic(count, found, isDenied, Id: answer.Id);
            });
            _missing = [.. partitions.Where(pair => pair.Value.Count == 0).Select(pair => pair.Key)];

            // Where Kafka hides the settings, only another record can show that they were corrected. So that one is written, an old
            // refusal is forgotten.
            foreach (var (name, since) in _refusesUnkeyed.ToList())
            {
                if (_found[name].Settings is not null || TimeProvider.System.GetElapsedTime(since) > RefusalMemory)
                    _refusesUnkeyed.Remove(name);
            }
        }
    }

    /// <summary>Takes note of the kind of time that the newest record of a partition has.</summary>
    /// <returns>Whether that is another than before.</returns>
    public bool Saw(TopicPartition partition, TimestampType type)
    {
        lock (_lock)
            return type == TimestampType.CreateTime ? _writersTime.Add(partition) : _writersTime.Remove(partition);
    }

    /// <summary>Takes note that Kafka has taken a record, or refused it because it has no key.</summary>
    /// <returns>Whether that is news.</returns>
    public bool Wrote(string topic, bool refusedWithoutKey)
    {
        lock (_lock)
            return refusedWithoutKey ? _refusesUnkeyed.TryAdd(topic, TimeProvider.System.GetTimestamp()) : _refusesUnkeyed.Remove(topic);
    }

    public void Dispose() => _admin.Dispose();

    private Dictionary<string, (int Count, string? Id)> ReadPartitions(List<string> names)
    {
        List<TopicDescription> topics;
        try
        {
            topics = _admin.DescribeTopicsAsync(TopicCollection.OfTopicNames(names), new DescribeTopicsOptions { RequestTimeout = Patience })
                .GetAwaiter().GetResult().TopicDescriptions;
        }
        catch (DescribeTopicsException e)
        {
            topics = e.Results.TopicDescriptions;
        }
        catch (KafkaException)
        {
            return [];
        }

        var partitions = new Dictionary<string, (int, string?)>();
        foreach (var topic in topics)
        {
            if (topic.Error.Code == ErrorCode.NoError)
                partitions[topic.Name] = (topic.Partitions.Count, IdOf(topic));
            else if (topic.Error.Code is ErrorCode.UnknownTopicOrPart or ErrorCode.TopicAuthorizationFailed)
                partitions[topic.Name] = (0, null);
        }

        return partitions;
    }

    // Brokers before 2.8 give none.
    private static string? IdOf(TopicDescription topic) =>
        topic.TopicId is { } id && (id.MostSignificantBits, id.LeastSignificantBits) != (0, 0) ? id.ToString() : null;

    private Dictionary<string, (IReadOnlyDictionary<string, string>? Settings, bool IsDenied)> ReadSettings(List<string> names)
    {
        var results = new Dictionary<string, (IReadOnlyDictionary<string, string>?, bool)>();
        try
        {
            var described = _admin.DescribeConfigsAsync(
                names.Select(name => new ConfigResource { Type = ResourceType.Topic, Name = name }),
                new DescribeConfigsOptions { RequestTimeout = Patience }).GetAwaiter().GetResult();
            foreach (var topic in described)
                results[topic.ConfigResource.Name] = (SettingsOf(topic.Entries), false);
        }
        catch (DescribeConfigsException e)
        {
            foreach (var topic in e.Results)
            {
                results[topic.ConfigResource.Name] = topic.Error.Code == ErrorCode.NoError
                    ? (SettingsOf(topic.Entries), false)
                    : (null, topic.Error.Code is ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed);
            }
        }
        catch (KafkaException)
        {
            // It does not answer, or has no settings, as the embedded one.
        }

        return results;
    }

    private static Dictionary<string, string> SettingsOf(Dictionary<string, ConfigEntryResult> entries) =>
        entries.Where(entry => entry.Value.Value is not null).ToDictionary(entry => entry.Key, entry => entry.Value.Value);

    private void Create(IReadOnlyCollection<ControlTopic> topics)
    {
        try
        {
            _admin.CreateTopicsAsync(topics.Select(topic => new TopicSpecification
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
}

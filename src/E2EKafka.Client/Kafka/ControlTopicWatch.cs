using System.Collections.Immutable;
using Confluent.Kafka;
using Confluent.Kafka.Admin;
using E2EKafka.KeyExchange;

namespace E2EKafka.Kafka;

/// <summary>
/// Looks at the control topics on Kafka: whether they are there, with which settings, and what this client may do with them. Never creates one
/// by asking for it. Safe for many threads.
/// </summary>
internal sealed class ControlTopicWatch : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RefusalMemory = TimeSpan.FromMinutes(1);

    private readonly ProjectDocument _project;
    private readonly IAdminClient _admin;
    private readonly string _toolArguments;
    private readonly HashSet<TopicRight> _refused = [];
    private readonly Lock _lock = new();
    private readonly HashSet<TopicPartition> _writersTime = [];
    private readonly Dictionary<string, long> _refusesUnkeyed = [];
    private readonly HashSet<string> _dataTopics = [];
    private Dictionary<string, FoundTopic> _found = [];
    private Dictionary<string, IReadOnlyDictionary<string, string>> _foundData = [];
    private HashSet<string> _missing = [];
    private Dictionary<string, IReadOnlyCollection<AclOperation>?> _allowed = [];

    /// <param name="project">The project.</param>
    /// <param name="consumer">A consumer's handle: its clients do not create topics by asking for them.</param>
    /// <param name="kafka">The client's settings, for the commands in messages.</param>
    public ControlTopicWatch(ProjectDocument project, Handle consumer, IReadOnlyDictionary<string, string> kafka)
    {
        _project = project;
        _admin = new DependentAdminClientBuilder(consumer).Build();
        _toolArguments = KafkaToolArguments.Of(kafka);
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
                    _toolArguments)
                {
                    DataTopics = _foundData.ToImmutableDictionary(),
                };
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

    /// <summary>Has the settings of a data topic looked at, too.</summary>
    /// <returns>Whether they were not before.</returns>
    public bool Add(string dataTopic)
    {
        lock (_lock)
            return _dataTopics.Add(dataTopic);
    }

    /// <summary>Asks Kafka for partitions, settings and rights. What Kafka does not answer stays unknown.</summary>
    public void Look()
    {
        var names = _project.ControlTopics.Select(topic => topic.Name).ToList();
        var (partitions, allowed) = ReadTopics(names);
        List<string> dataTopics;
        lock (_lock)
            dataTopics = [.. _dataTopics];
        var settings = ReadSettings([.. names, .. dataTopics]);
        lock (_lock)
        {
            // Kafka need not show them to a producer, which needs no right for that.
            _foundData = dataTopics.Where(topic => settings.GetValueOrDefault(topic).Settings is not null).ToDictionary(topic => topic, topic => settings[topic].Settings!);
            if (allowed.Count > 0)
                _allowed = allowed;
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

    /// <summary>Asks Kafka anything.</summary>
    /// <exception cref="KafkaException">It does not answer soon.</exception>
    public void Ask() => _admin.GetMetadata(_project.Control.Authority, ShortPatience);

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

    /// <summary>Takes note that Kafka has refused this client something, or let it do it.</summary>
    public void Tried(TopicRight right, bool isRefused)
    {
        lock (_lock)
            _ = isRefused ? _refused.Add(right) : _refused.Remove(right);
    }

    /// <summary>Which rights Kafka does not give this client. Kafka before 2.3, and some that speak its protocol, tell only by refusing.</summary>
    public IReadOnlyCollection<TopicRight> MissingOf(IEnumerable<TopicRight> needed)
    {
        List<TopicRight> all = [.. needed];
        lock (_lock)
            return [.. all.Where(right => _allowed.GetValueOrDefault(right.Topic) is { } allowed ? !allowed.Contains(right.Operation) : _refused.Contains(right))];
    }

    public void Dispose() => _admin.Dispose();

    private (Dictionary<string, (int Count, string? Id)> Partitions, Dictionary<string, IReadOnlyCollection<AclOperation>?> Allowed) ReadTopics(List<string> names)
    {
        List<TopicDescription> topics;
        try
        {
            topics = _admin.DescribeTopicsAsync(
                TopicCollection.OfTopicNames(names), new DescribeTopicsOptions { RequestTimeout = Patience, IncludeAuthorizedOperations = true }).GetAwaiter().GetResult().TopicDescriptions;
        }
        catch (DescribeTopicsException e)
        {
            topics = e.Results.TopicDescriptions;
        }
        catch (KafkaException)
        {
            return ([], []);
        }

        var partitions = new Dictionary<string, (int, string?)>();
        var allowed = new Dictionary<string, IReadOnlyCollection<AclOperation>?>();
        foreach (var topic in topics)
        {
            allowed[topic.Name] = topic.AuthorizedOperations is { Count: > 0 } operations ? operations : null;
            if (topic.Error.Code == ErrorCode.NoError)
                partitions[topic.Name] = (topic.Partitions.Count, IdOf(topic));
            else if (topic.Error.Code == ErrorCode.UnknownTopicOrPart)
                partitions[topic.Name] = (0, null);
            else if (topic.Error.Code == ErrorCode.TopicAuthorizationFailed)
                allowed[topic.Name] = [];
        }

        return (partitions, allowed);
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
}

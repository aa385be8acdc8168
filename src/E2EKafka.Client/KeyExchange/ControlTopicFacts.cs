using System.Collections.Immutable;

namespace E2EKafka.KeyExchange;

/// <summary>What Kafka shows of the control topics, and of the data topics that this member sends to. Immutable.</summary>
/// <param name="Topics">By name.</param>
/// <param name="ToolArguments">How Kafka's own tools reach this Kafka, for the commands in messages.</param>
internal sealed record ControlTopicFacts(ImmutableDictionary<string, FoundTopic> Topics, string ToolArguments)
{
    /// <summary>The settings of data topics, by name, as far as Kafka shows them.</summary>
    public ImmutableDictionary<string, IReadOnlyDictionary<string, string>> DataTopics { get; init; } = ImmutableDictionary<string, IReadOnlyDictionary<string, string>>.Empty;

    /// <summary>These, with what was known before in place of what Kafka did not answer this time. A broker's silence corrects no setting.</summary>
    public ControlTopicFacts After(ControlTopicFacts before) => this with
    {
        Topics = Topics.ToImmutableDictionary(
            pair => pair.Key,
            pair => before.Topics.TryGetValue(pair.Key, out var known) ? pair.Value.After(known) : pair.Value),
        DataTopics = before.DataTopics.SetItems(DataTopics),
    };
}

/// <summary>What Kafka shows of one control topic.</summary>
/// <param name="Partitions">How many it has; zero if it is missing or hidden, <see langword="null"/> if Kafka did not say.</param>
/// <param name="Settings">Its settings; <see langword="null"/> if Kafka did not say.</param>
/// <param name="IsDenied">Whether Kafka has settings and does not show them to this client.</param>
/// <param name="KeepsWritersTime">Whether the newest record that was read there has its writer's time.</param>
/// <param name="RefusesRecordsWithoutKey">Whether Kafka has refused our record because it has no key, as it does where a topic is compacted.</param>
/// <param name="Id">The topic's id, another one where it was created again; <see langword="null"/> if Kafka has none or did not say.</param>
internal sealed record FoundTopic(
    int? Partitions = null,
    IReadOnlyDictionary<string, string>? Settings = null,
    bool IsDenied = false,
    bool KeepsWritersTime = false,
    bool RefusesRecordsWithoutKey = false,
    string? Id = null)
{
    /// <summary>This, with what was known before in place of what Kafka did not answer. A refusal is an answer, and so is that the topic is missing.</summary>
    public FoundTopic After(FoundTopic before) => this with
    {
        Partitions = Partitions ?? before.Partitions,
        Id = Id ?? before.Id,
        Settings = Settings ?? (IsDenied || Partitions == 0 ? null : before.Settings),
    };
}

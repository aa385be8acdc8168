using System.Globalization;
using E2EKafka.Messages;

namespace E2EKafka.KeyExchange;

/// <summary>What is wrong with the control topics, and with the data topics that this member sends to, as Kafka has them.</summary>
/// <param name="Refusal">Why this process must not go on, if it must not: a promise would be broken.</param>
/// <param name="Warning">What else is wrong.</param>
internal sealed record ControlTopicVerdict(MemberFailure? Refusal, string? Warning)
{
    private const string CleanupPolicy = "cleanup.policy";
    private const string TimestampType = "message.timestamp.type";
    private const string Retention = "retention.ms";
    private const string RetentionBytes = "retention.bytes";
    private const string Unlimited = "-1";

    public static ControlTopicVerdict None { get; } = new(null, null);

    /// <summary>Judges what Kafka shows by what a project needs. What Kafka did not say is not held against it.</summary>
    public static ControlTopicVerdict Of(ProjectDocument project, ControlTopicFacts facts)
    {
        MemberFailure? refusal = null;
        var warnings = new List<string>();
        foreach (var topic in project.ControlTopics)
        {
            if (!facts.Topics.TryGetValue(topic.Name, out var found))
                continue;

            var wrong = WrongSettings(topic, found, project.IsDevelopment).ToList();
            if (TooFewPartitions(topic, found, facts) is { } tooFew)
                refusal ??= new MemberFailure(FailureReason.ControlTopicMissing, tooFew);
            if (wrong.Count > 0)
            {
                var message = $"Control topic {topic.Name}: {string.Join("; ", wrong.Select(setting => setting.Problem))}. Run: {Command(topic, wrong, facts)}";
                if (wrong.Any(setting => setting.BreaksPromise))
                    refusal ??= new MemberFailure(FailureReason.ControlTopicMisconfigured, message);
                else
                    warnings.Add(message);
            }

            if (PartitionWarning(topic, found, facts) is { } partitions)
                warnings.Add(partitions);
        }

        warnings.AddRange(facts.DataTopics.OrderBy(pair => pair.Key, StringComparer.Ordinal)
            .Select(pair => DataTopicKeys.WarningOf(pair.Key, project.Policy.RequirementsOf(pair.Key).KeyRetention, pair.Value)).OfType<string>());
        return refusal is null && warnings.Count == 0 ? None : new ControlTopicVerdict(refusal, warnings.Count == 0 ? null : string.Join(" ", warnings));
    }

    /// <summary>
    /// Why a policy that keeps keys longer must not be put in force yet; <see langword="null"/> if it may: messages whose announcement Kafka has
    /// deleted could not be opened by who has no key of them yet.
    /// </summary>
    public static MemberFailure? RefusalOf(Policy policy, ProjectDocument project, ControlTopicFacts facts)
    {
        var sessions = ControlTopic.SessionsUnder(policy, project);
        return policy.LongestKeyRetention > project.LongestKeyRetention &&
            facts.Topics.TryGetValue(sessions.Name, out var found) && WrongRetention(sessions, found) is { } wrong
            ? new MemberFailure(FailureReason.ControlTopicMisconfigured,
                $"The policy keeps keys for longer than Kafka keeps announcements. Control topic {sessions.Name}: {wrong.Problem}. Run: {Command(sessions, [wrong], facts)} The topic's settings are looked at once a minute; then set the policy again.")
            : null;
    }

    private static IEnumerable<WrongSetting> WrongSettings(ControlTopic topic, FoundTopic found, bool isDevelopment)
    {
        var policy = found.Settings?.GetValueOrDefault(CleanupPolicy);
        if (policy is null ? found.RefusesRecordsWithoutKey : policy.Contains("compact", StringComparison.Ordinal))
        {
            yield return new WrongSetting(CleanupPolicy, BreaksPromise: true,
                $"{CleanupPolicy} is {policy ?? "compact, as Kafka's refusal of a record without a key shows,"} and must be {topic.Settings[CleanupPolicy]}: compaction lets any writer erase what others said");
        }
        else if (policy is not null && policy != topic.Settings[CleanupPolicy])
        {
            yield return new WrongSetting(CleanupPolicy, BreaksPromise: false,
                $"{CleanupPolicy} is '{policy}' and must be {topic.Settings[CleanupPolicy]}: Kafka deletes nothing, and readers read it all");
        }

        // A record with its writer's time may be from before the setting was corrected. It counts only where Kafka hides the setting.
        var type = found.Settings?.GetValueOrDefault(TimestampType);
        if (type is null ? found is { IsDenied: true, KeepsWritersTime: true } : type != topic.Settings[TimestampType])
        {
            yield return new WrongSetting(TimestampType, BreaksPromise: !isDevelopment,
                $"{TimestampType} is {type ?? "CreateTime, as its newest record shows,"} and must be {topic.Settings[TimestampType]}: a record's writer chooses its time, and with it whether readers take it and how long Kafka keeps it");
        }

        if (WrongRetention(topic, found) is { } wrongRetention)
            yield return wrongRetention;

        if (found.Settings?.GetValueOrDefault(RetentionBytes) is { } bytes && bytes != Unlimited)
        {
            yield return new WrongSetting(RetentionBytes, BreaksPromise: false,
                $"{RetentionBytes} is {bytes} and must be {Unlimited}: who may write to it can have what others said deleted");
        }
    }

    private static WrongSetting? WrongRetention(ControlTopic topic, FoundTopic found) =>
        found.Settings?.GetValueOrDefault(Retention) is { } text &&
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var retention) && retention >= 0 &&
        retention < long.Parse(topic.Settings[Retention], CultureInfo.InvariantCulture)
            ? new WrongSetting(Retention, BreaksPromise: false,
                $"{Retention} is {text} and must be {topic.Settings[Retention]} or more: Kafka deletes what members still need")
            : null;

    private static string? TooFewPartitions(ControlTopic topic, FoundTopic found, ControlTopicFacts facts) =>
        found.Partitions is { } partitions && partitions > 0 && partitions < topic.Partitions ? Describe(topic, partitions, facts) : null;

    private static string? PartitionWarning(ControlTopic topic, FoundTopic found, ControlTopicFacts facts) => found.Partitions switch
    {
        0 => $"Control topic {topic.Name} is missing, or this client may not see it. Run: kafka-topics.sh {facts.ToolArguments} --create --topic {topic.Name} --partitions {topic.Partitions} {string.Join(' ', topic.Settings.Select(setting => $"--config {setting.Key}={setting.Value}"))}",
        { } more when more > topic.Partitions =>
            $"Control topic {topic.Name} has {more} partitions and needs {topic.Partitions}: nothing uses the others. Kafka cannot take partitions away: find out who created it so, and check its settings.",
        _ => null,
    };

    /// <summary>What is said of a topic with too few partitions.</summary>
    public static string Describe(ControlTopic topic, int partitions, ControlTopicFacts facts) =>
        $"Control topic {topic.Name} has {partitions} partitions and needs {topic.Partitions}. Run: kafka-topics.sh {facts.ToolArguments} --alter --topic {topic.Name} --partitions {topic.Partitions}";

    private static string Command(ControlTopic topic, IEnumerable<WrongSetting> wrong, ControlTopicFacts facts) =>
        $"kafka-configs.sh {facts.ToolArguments} --alter --entity-type topics --entity-name {topic.Name} --add-config {string.Join(',', wrong.Select(setting => $"{setting.Name}={topic.Settings.GetValueOrDefault(setting.Name, Unlimited)}"))}";

    private sealed record WrongSetting(string Name, bool BreaksPromise, string Problem);
}

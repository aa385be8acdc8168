using System.Globalization;
using E2EKafka.Messages;

namespace E2EKafka.KeyExchange;

/// <summary>Compares how long Kafka keeps the records of a data topic with how long members keep its keys (rule 20).</summary>
internal static class DataTopicKeys
{
    private const string CleanupPolicy = "cleanup.policy";
    private const string Retention = "retention.ms";

    /// <summary>Why nothing may be sent to a topic; <see langword="null"/> if it may, or Kafka has not shown the topic's settings.</summary>
    public static MemberFailure? RefusalOf(string topic, TimeSpan keyRetention, IReadOnlyDictionary<string, string>? settings) =>
        IsCompactedForEver(settings) && keyRetention == TopicRequirements.DefaultKeyRetention
            ? new MemberFailure(FailureReason.KeyRetentionNotStated,
                $"Topic '{topic}' is compacted: Kafka keeps the newest record of each key for ever, and policy states no key retention for it, so that its keys end {Days(keyRetention)} after their session. State keyRetentionSeconds for the topic in policy (up to ten years, another value than the default), or have Kafka delete old records: cleanup.policy=compact,delete with a retention.ms of at most {(long)keyRetention.TotalMilliseconds}.")
            : null;

    /// <summary>What is wrong with a topic that may be sent to all the same; <see langword="null"/> if nothing is, or Kafka has not shown it.</summary>
    public static string? WarningOf(string topic, TimeSpan keyRetention, IReadOnlyDictionary<string, string>? settings) =>
        // A retention that policy states is a decision. `doctor` compares it all the same.
        settings is null || keyRetention != TopicRequirements.DefaultKeyRetention || RefusalOf(topic, keyRetention, settings) is not null ? null
        : RetentionOf(settings) is var kept && kept > keyRetention
            ? $"Topic {topic}: Kafka keeps records for {(kept == TimeSpan.MaxValue ? "ever" : Days(kept))}, their keys end {Days(keyRetention)} after their session: the oldest cannot be opened by a member that has not had them. Raise keyRetentionSeconds in policy, or lower retention.ms of the topic."
        : null;

    private static bool IsCompactedForEver(IReadOnlyDictionary<string, string>? settings) =>
        settings?.GetValueOrDefault(CleanupPolicy) is { } policy && policy.Contains("compact", StringComparison.Ordinal) &&
        (!policy.Contains("delete", StringComparison.Ordinal) || RetentionOf(settings) == TimeSpan.MaxValue);

    private static TimeSpan RetentionOf(IReadOnlyDictionary<string, string> settings) =>
        !long.TryParse(settings.GetValueOrDefault(Retention), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds) ? TimeSpan.Zero
        : milliseconds < 0 || milliseconds >= TimeSpan.MaxValue.TotalMilliseconds ? TimeSpan.MaxValue
        : TimeSpan.FromMilliseconds(milliseconds);

    private static string Days(TimeSpan time) => time.TotalDays >= 1
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0.#} days")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0.#} minutes");
}

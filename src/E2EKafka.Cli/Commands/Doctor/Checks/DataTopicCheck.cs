namespace E2EKafka.Cli;

/// <summary>Whether Kafka keeps a data topic's records for longer than anybody keeps their keys.</summary>
internal sealed class DataTopicCheck(IKafkaView kafka, string topic, Func<ProjectDocument> project) : ICheck
{
    public string Subject => $"data topic {topic}";

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        if (!kafka.ReadTopics().ContainsKey(topic))
            return Finding.Failed($"{topic} is missing, or this user may not see it.", "Create it, or allow Describe on it.");

        var keys = project().Policy.RequirementsOf(topic).KeyRetention;
        var settings = await kafka.ReadSettingsAsync(topic).ConfigureAwait(false);
        var policy = settings.GetValueOrDefault("cleanup.policy", "delete");
        if (!policy.Contains("delete", StringComparison.Ordinal))
        {
            return Finding.Failed($"Compacted: Kafka keeps the newest record of each key for ever, its encryption key ends {Duration.InWords(keys)} after its session.",
                $"Set cleanup.policy=compact,delete with retention.ms of at most {Duration.InWords(keys)}, or raise keyRetentionSeconds in the policy and write each record anew within it.");
        }

        return TopicRetention.Of(settings) is not { } kept || kept > keys
            ? Finding.Warning($"Kafka keeps records for {TopicRetention.InWords(settings)}, keys end after {Duration.InWords(keys)}: the oldest cannot be opened.",
                "Raise keyRetentionSeconds in the policy, or lower retention.ms of the topic.")
            : Finding.Passed($"Kafka keeps records for {TopicRetention.InWords(settings)}, keys live for {Duration.InWords(keys)}.");
    }
}

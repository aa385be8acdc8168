namespace E2EKafka.Cli;

/// <summary>Whether Kafka keeps a data topic's records for longer than members keep their keys.</summary>
/// <param name="kafka">Where to ask.</param>
/// <param name="topic">The topic.</param>
/// <param name="project">The document in force.</param>
/// <param name="mustSeeIt">Whether this user's role has rights on data topics. The authority's has none.</param>
internal sealed class DataTopicCheck(IKafkaView kafka, string topic, Func<ProjectDocument> project, bool mustSeeIt = true) : ICheck
{
    public string Subject => $"data topic {topic}";

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        if (!kafka.ReadTopics().ContainsKey(topic))
        {
            var found = $"{RightMissingException.ToSee(topic, kafka.User).Error.Reason}.";
            return mustSeeIt
                ? Finding.Failed(found, "Create it, or grant that right: `e2ekafka topics print --topic` has the ACLs.")
                : Finding.CouldNotLook(found, "The authority does not need it. Look as a member's user, or as the operator's with --role operator.");
        }


        var keys = project().Policy.RequirementsOf(topic).KeyRetention;
        var settings = await kafka.ReadSettingsAsync(topic).ConfigureAwait(false);
        var policy = settings.GetValueOrDefault("cleanup.policy", "delete");
        if (!policy.Contains("delete", StringComparison.Ordinal))
        {
            var found = $"Compacted: Kafka keeps the newest record of each key for ever, its encryption key ends {Duration.InWords(keys)} after its session.";
            return DataTopicKeys.RefusalOf(topic, keys, settings) is null
                ? Finding.Warning(found, $"Write each record again within {Duration.InWords(keys)}.")
                : Finding.Failed($"{found} Policy states no key retention, so producers that see this send nothing.",
                    $"State keyRetentionSeconds for the topic in the policy and write each record again within it, or set cleanup.policy=compact,delete with retention.ms of at most {Duration.InWords(keys)}.");
        }

        return TopicRetention.Of(settings) is not { } kept || kept > keys
            ? Finding.Warning($"Kafka keeps records for {TopicRetention.InWords(settings)}, keys end after {Duration.InWords(keys)}: the oldest cannot be opened.",
                "Raise keyRetentionSeconds in the policy, or lower retention.ms of the topic.")
            : Finding.Passed($"Kafka keeps records for {TopicRetention.InWords(settings)}, keys live for {Duration.InWords(keys)}.");
    }
}

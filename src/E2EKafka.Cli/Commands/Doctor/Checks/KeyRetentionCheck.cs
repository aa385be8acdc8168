namespace E2EKafka.Cli;

/// <summary>Whether Kafka keeps announcements of sessions for as long as the policy promises that messages can be opened.</summary>
internal sealed class KeyRetentionCheck(IKafkaView kafka, Func<ProjectDocument> project) : ICheck
{
    public string Subject => "key retention";

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var document = project();
        var topic = document.ControlTopics.Single(topic => topic.Name == document.Control.Sessions);
        var wanted = TopicRetention.Of(topic.Settings)!.Value;

        // A session lasts up to a day, and its keys outlive it by the retention; a day is for the reader that comes late.
        var promised = wanted - TimeSpan.FromDays(2);
        var settings = await kafka.ReadSettingsAsync(topic.Name).ConfigureAwait(false);
        var kept = TopicRetention.Of(settings);
        var remedy = $"Set retention.ms={topic.Settings[TopicRetention.Name]} on {topic.Name}, or lower keyRetentionSeconds in the policy.";
        if (kept < promised)
        {
            return Finding.Failed(
                $"Kafka keeps {topic.Name} for {Duration.InWords(kept.Value)}, but the policy promises keys for {Duration.InWords(promised)}: a reader that comes late finds no key.",
                remedy);
        }

        return kept < wanted
            ? Finding.Warning($"Kafka keeps {topic.Name} for {Duration.InWords(kept.Value)}: the last sessions of {Duration.InWords(promised)} are cut off.", remedy)
            : Finding.Passed($"Keys live for up to {Duration.InWords(promised)}; Kafka keeps {topic.Name} for {TopicRetention.InWords(settings)}.");
    }
}

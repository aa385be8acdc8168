namespace E2EKafka.Cli;

/// <summary>Whether a control topic keeps what is written to it, for long enough, with the broker's time.</summary>
internal sealed class ControlTopicSettingsCheck(IKafkaView kafka, ControlTopic topic) : ICheck
{
    private const string Policy = "cleanup.policy";
    private const string TimestampType = "message.timestamp.type";

    public string Subject => $"settings of {topic.ShortName()}";

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var settings = await kafka.ReadSettingsAsync(topic.Name).ConfigureAwait(false);
        foreach (var name in topic.Settings.Keys.Where(name => !settings.ContainsKey(name)))
            return Finding.CouldNotLook($"Kafka does not say what {name} is.");

        if (settings[Policy] is var policy && policy != topic.Settings[Policy])
        {
            return Finding.Failed($"{Policy} is {policy}: compaction lets any writer erase what others have said.",
                $"Set {Policy}={topic.Settings[Policy]} on {topic.Name}.");
        }

        if (settings[TimestampType] is var type && type != topic.Settings[TimestampType])
        {
            return Finding.Failed($"{TimestampType} is {type}: a record's writer chooses its time, and with it how long Kafka keeps it.",
                $"Set {TimestampType}={topic.Settings[TimestampType]} on {topic.Name}.");
        }

        var retention = TopicRetention.Of(settings);
        var wanted = TopicRetention.Of(topic.Settings)!.Value;
        if (retention < wanted)
        {
            return Finding.Warning($"Kafka keeps it for {Duration.InWords(retention.Value)}, less than {Duration.InWords(wanted)}.",
                $"Set {TopicRetention.Name}={topic.Settings[TopicRetention.Name]} on {topic.Name}.");
        }

        if (settings.GetValueOrDefault("retention.bytes") is { } bytes && bytes != "-1")
        {
            return Finding.Warning($"retention.bytes is {bytes}: whoever may write to it can have older records deleted.",
                $"Set retention.bytes=-1 on {topic.Name}.");
        }

        return Finding.Passed($"{Policy}={topic.Settings[Policy]}, {TimestampType}={topic.Settings[TimestampType]}, kept for {TopicRetention.InWords(settings)}.");
    }
}

namespace E2EKafka.Cli;

/// <summary>Whether a control topic keeps what is written to it, for long enough, with the broker's time.</summary>
/// <param name="kafka">Where to ask.</param>
/// <param name="topic">The topic, as the project needs it.</param>
/// <param name="tools">For what is to be done.</param>
internal sealed class ControlTopicSettingsCheck(IKafkaView kafka, ControlTopic topic, KafkaTools tools) : ICheck
{
    private const string Policy = "cleanup.policy";
    private const string TimestampType = "message.timestamp.type";
    private const string RetentionBytes = "retention.bytes";

    public string Subject => $"settings of {topic.ShortName()}";

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var settings = await kafka.ReadSettingsAsync(topic.Name).ConfigureAwait(false);
        foreach (var name in topic.Settings.Keys.Where(name => !settings.ContainsKey(name)))
            return Finding.CouldNotLook($"Kafka does not say what {name} is.");

        // All at once: an operator is to run one command, and not to come back for the next.
        var breaks = Breaks(settings).ToList();
        var weakens = Weakens(settings).ToList();
        List<(string Found, string Name, string Value)> wrong = [.. breaks, .. weakens];
        if (wrong.Count == 0)
            return Finding.Passed($"{Policy}={topic.Settings[Policy]}, {TimestampType}={topic.Settings[TimestampType]}, kept for {TopicRetention.InWords(settings)}.");

        // No role's ACLs have that right: it is needed once, if at all.
        var found = string.Join(' ', wrong.Select(setting => setting.Found));
        var remedy = $"Set it (takes AlterConfigs on the topic): {tools.Set(topic, wrong.Select(setting => (setting.Name, setting.Value)))}";
        return breaks.Count > 0 ? Finding.Failed(found, remedy) : Finding.Warning(found, remedy);
    }

    private IEnumerable<(string Found, string Name, string Value)> Breaks(IReadOnlyDictionary<string, string> settings)
    {
        if (settings[Policy] is var policy && policy != topic.Settings[Policy])
            yield return ($"{Policy} is {policy}: compaction lets any writer erase what others have said.", Policy, topic.Settings[Policy]);
        if (settings[TimestampType] is var type && type != topic.Settings[TimestampType])
        {
            yield return ($"{TimestampType} is {type}: a record's writer chooses its time, and with it how long Kafka keeps it.",
                TimestampType, topic.Settings[TimestampType]);
        }
    }

    private IEnumerable<(string Found, string Name, string Value)> Weakens(IReadOnlyDictionary<string, string> settings)
    {
        var retention = TopicRetention.Of(settings);
        var wanted = TopicRetention.Of(topic.Settings)!.Value;
        if (retention < wanted)
        {
            yield return ($"Kafka keeps it for {Duration.InWords(retention.Value)}, less than {Duration.InWords(wanted)}.",
                TopicRetention.Name, topic.Settings[TopicRetention.Name]);
        }

        if (settings.GetValueOrDefault(RetentionBytes) is { } bytes && bytes != "-1")
            yield return ($"{RetentionBytes} is {bytes}: a writer can have older records deleted.", RetentionBytes, "-1");
    }
}

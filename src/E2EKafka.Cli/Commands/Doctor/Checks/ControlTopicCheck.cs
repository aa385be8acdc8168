namespace E2EKafka.Cli;

/// <summary>Whether a control topic is there, with its partitions.</summary>
internal sealed class ControlTopicCheck(IKafkaView kafka, ControlTopic topic) : ICheck
{
    public string Subject => $"topic {topic.ShortName()}";

    public Task<Finding> LookAsync(CancellationToken cancellationToken) => Task.FromResult(Look());

    private Finding Look()
    {
        if (!kafka.ReadTopics().TryGetValue(topic.Name, out var found))
        {
            return Finding.Failed($"{topic.Name} is missing, or this user may not see it.",
                "Create it (`e2ekafka topics create`, or by what `e2ekafka topics print` prints), and allow Describe on it.");
        }

        if (found.Partitions < topic.Partitions)
        {
            return Finding.Failed($"{topic.Name} has {found.Partitions} partitions and needs {topic.Partitions}.",
                "Delete it and create it again, before anything else is written to it.");
        }

        if (found.Partitions > topic.Partitions)
        {
            return Finding.Warning($"{topic.Name} has {found.Partitions} partitions; {topic.Partitions} are used.",
                "Nothing is lost by it. A new project can have more: `e2ekafka project create --keys-partitions`.");
        }

        return found.Replicas < 2
            ? Finding.Warning($"{topic.Name} is there, with a single replica: it is lost with that broker.",
                "Outside of development, give it the replication factor of your most important data.")
            : Finding.Passed($"{topic.Name}: {found.Partitions} of {topic.Partitions} partitions, {found.Replicas} replicas.");
    }
}

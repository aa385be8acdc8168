namespace E2EKafka.Cli;

/// <summary>Whether a control topic is there, with its partitions.</summary>
/// <param name="kafka">Where to ask.</param>
/// <param name="topic">The topic, as the project needs it.</param>
/// <param name="tools">For what is to be done.</param>
internal sealed class ControlTopicCheck(IKafkaView kafka, ControlTopic topic, KafkaTools tools) : ICheck
{
    public string Subject => $"topic {topic.ShortName()}";

    public Task<Finding> LookAsync(CancellationToken cancellationToken) => Task.FromResult(Look());

    private Finding Look()
    {
        if (!kafka.ReadTopics().TryGetValue(topic.Name, out var found))
        {
            return Finding.Failed($"{RightMissingException.ToSee(topic.Name, kafka.User).Error.Reason}.",
                "Create it (`e2ekafka topics create`, or by what `e2ekafka topics print` prints), or grant that right.");
        }

        if (found.Partitions < topic.Partitions)
        {
            // A record's partition follows from the project document and not from what is there: nothing moves when some are added.
            return Finding.Failed($"{topic.Name} has {found.Partitions} partitions and needs {topic.Partitions}: no member starts.",
                $"Add the missing ones (takes Alter on the topic; nothing in it is lost): {tools.AddPartitions(topic)}");
        }

        if (found.Partitions > topic.Partitions)
        {
            return Finding.Warning(
                $"{topic.Name} has {found.Partitions} partitions; only the first {(topic.Partitions == 1 ? "is" : $"{topic.Partitions} are")} written and read.",
                "Leave it: nothing is lost by it. Kafka takes no partition away. Only a topic that is deleted and created again has fewer, and that costs all sessions and credentials in it (docs/operations.md, \"Restores and snapshots\").");
        }

        return found.Replicas < 2
            ? Finding.Warning($"{topic.Name} is there, with a single replica: it is lost with that broker.",
                "Outside of development, give it the replication factor of your most important data.")
            : Finding.Passed($"{topic.Name}: {found.Partitions} of {topic.Partitions} partitions, {found.Replicas} replicas.");
    }
}

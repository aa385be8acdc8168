using System.CommandLine;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace E2EKafka.Cli;

internal sealed class TopicsCreateCommand : CliCommand
{
    private readonly Option<short> _replicationFactor = new("--replication-factor")
    {
        Description = "Of the topics that are made. Default: the brokers' default.",
        HelpName = "N",
        DefaultValueFactory = _ => -1,
    };

    public TopicsCreateCommand()
        : base("create", "Makes the control topics that are missing, and says which were there.", "topics create --replication-factor 3")
    {
        Add(_replicationFactor);
        Add(OutputOption.Create());
    }

    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var project = context.Location.Load();
        var existing = KafkaTopics.PartitionsOf(context.Kafka);
        foreach (var topic in project.ControlTopics.Where(topic => existing.ContainsKey(topic.Name)))
        {
            if (existing[topic.Name] < topic.Partitions)
            {
                throw new CliException(
                    $"The control topic '{topic.Name}' exists with {existing[topic.Name]} partitions and needs {topic.Partitions}: delete it, and run this again.");
            }
        }

        var missing = project.ControlTopics.Where(topic => !existing.ContainsKey(topic.Name)).ToList();
        if (missing.Count > 0)
            await CreateAsync(context, missing);

        IReadOnlyList<ControlTopicListing> listing =
        [
            .. project.ControlTopics.Select(topic =>
                new ControlTopicListing(topic.Name, existing.GetValueOrDefault(topic.Name, topic.Partitions), !existing.ContainsKey(topic.Name))),
        ];
        if (context.Screen.IsJson)
            context.Screen.Json(listing, CliJson.Default.IReadOnlyListControlTopicListing);
        else
            context.Screen.Table(["Control topic", "Partitions", ""], listing.Select(topic => new[] { topic.Name, $"{topic.Partitions}", topic.Created ? "created" : "exists" }));
        context.Screen.Flush();
        return ExitCode.Success;
    }

    private async Task CreateAsync(CommandContext context, List<ControlTopic> topics)
    {
        using var admin = KafkaClients.Admin(context.Kafka);
        try
        {
            await admin.CreateTopicsAsync(topics.Select(topic => new TopicSpecification
            {
                Name = topic.Name,
                NumPartitions = topic.Partitions,
                ReplicationFactor = context.Get(_replicationFactor),
                Configs = new Dictionary<string, string>(topic.Settings),
            }));
        }
        catch (KafkaException e)
        {
            var reason = e is CreateTopicsException several ? several.Results.First(result => result.Error.IsError).Error.Reason : e.Error.Reason;
            throw new CliException($"Kafka did not make the control topics ({reason}): have them made by somebody who may, as `e2ekafka topics print` says.", e);
        }
    }
}

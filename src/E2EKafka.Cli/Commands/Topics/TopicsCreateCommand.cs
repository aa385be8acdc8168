using System.CommandLine;
using System.Globalization;

namespace E2EKafka.Cli;

internal sealed class TopicsCreateCommand : CliCommand
{
    private readonly Option<short> _replicationFactor = new("--replication-factor")
    {
        Description = "Replicas of each topic that is made. Default: the brokers' default.",
        HelpName = "N",
        DefaultValueFactory = _ => -1,
    };

    public TopicsCreateCommand()
        : base("create", "Makes the control topics that are missing, and says which were there and what is wrong with them.", "topics create --replication-factor 3")
    {
        Add(_replicationFactor);
    }

    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<ControlTopicListing> listing;
        using (context.Waiting("Making and checking the control topics"))
        {
            listing = await new ControlTopicMaker(context.Kafka, context.KafkaTools, context.Say)
                .MakeAsync(context.Location.Load().ControlTopics, context.Get(_replicationFactor));
        }

        if (context.Screen.IsJson)
            context.Screen.Json(listing, CliJson.Default.IReadOnlyListControlTopicListing);
        else
            Show(context.Screen, listing);
        context.Screen.Flush();
        var wrong = listing.Count(topic => topic.Found is not null);
        if (wrong == 0)
            return ExitCode.Success;

        context.Say($"{wrong} of {listing.Count} control topics {(wrong == 1 ? "is" : "are")} not as the project needs {(wrong == 1 ? "it" : "them")}: do what the table says, and run this again.");
        return ExitCode.Failure;
    }

    private static void Show(Screen screen, IReadOnlyList<ControlTopicListing> listing)
    {
        screen.Table(
            ["Control topic", "Partitions", ""],
            listing.Select(topic => new[]
            {
                topic.Name,
                topic.Partitions.ToString(CultureInfo.InvariantCulture),
                topic.Created ? "created" : topic.Found is null ? "exists" : topic.Partitions == 0 ? "MISSING" : "WRONG",
            }));
        var wrong = listing.Where(topic => topic.Found is not null).ToList();
        if (wrong.Count == 0)
            return;

        screen.Line();
        screen.Table(
            ["Control topic", "Found", "Wanted", "What to do"],
            wrong.Select(topic => new[] { topic.Name, topic.Found!, topic.Wanted, topic.Remedy! }),
            lastColumnWraps: true);
    }
}

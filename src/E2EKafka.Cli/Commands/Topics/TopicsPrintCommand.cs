using System.CommandLine;

namespace E2EKafka.Cli;

internal sealed class TopicsPrintCommand : CliCommand
{
    private const string KafkaToolsFormat = "kafka-topics";
    private const string Terraform = "terraform";

    private readonly Option<string> _format = new Option<string>("--format")
    {
        Description = "For Kafka's own tools, or for Terraform with the provider Mongey/kafka.",
        HelpName = $"{KafkaToolsFormat}|{Terraform}",
        DefaultValueFactory = _ => KafkaToolsFormat,
    }.AcceptOnlyFromAmong(KafkaToolsFormat, Terraform);

    private readonly Option<string> _operator = Principal(ControlTopicRole.Operator, "an operator, who runs `topics create` and `doctor`");
    private readonly Option<string> _authority = Principal(ControlTopicRole.Authority, "the authority");
    private readonly Option<string> _producer = Principal(ControlTopicRole.Producer, "a producer");
    private readonly Option<string> _consumer = Principal(ControlTopicRole.Consumer, "a consumer");

    private readonly Option<string[]> _topics = new("--topic")
    {
        Description = "A data topic, for its rights. Can be given several times.",
        HelpName = "TOPIC",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<string[]> _groups = new("--group")
    {
        Description = "A group that consumers of yours have, for its rights. Can be given several times.",
        HelpName = "GROUP",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<int?> _replicationFactor = new("--replication-factor")
    {
        Description = "Replicas of each control topic. Default: the brokers' default; 3 with terraform.",
        HelpName = "N",
    };

    public TopicsPrintCommand()
        : base("print", "Prints what makes the control topics, and the least rights of each role, for an operator to look at and run.",
            "topics print --topic demo-topic --authority-principal User:authority > topics.sh",
            "topics print --format terraform > e2ekafka.tf")
    {
        Add(_format);
        Add(_operator);
        Add(_authority);
        Add(_producer);
        Add(_consumer);
        Add(_topics);
        Add(_groups);
        Add(_replicationFactor);
    }

    public override Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var dataTopics = context.Get(_topics)!;
        if (dataTopics.FirstOrDefault(topic => !TopicPattern.IsTopicName(topic)) is { } wrong)
            throw new UsageException($"'{wrong}' is not the name of a topic: it has letters, digits, dots, underscores and hyphens.");

        var principals = new Dictionary<string, string>
        {
            [ControlTopicRole.Operator] = context.Get(_operator)!,
            [ControlTopicRole.Authority] = context.Get(_authority)!,
            [ControlTopicRole.Producer] = context.Get(_producer)!,
            [ControlTopicRole.Consumer] = context.Get(_consumer)!,
        };
        if (principals.Values.FirstOrDefault(principal => principal.Any(char.IsControl)) is not null)
            throw new UsageException("A principal has a control character: write it as Kafka does, such as User:orders.");
        if (principals.Values.FirstOrDefault(principal => principal.IndexOf(':', StringComparison.Ordinal) is < 1) is { } untyped)
            throw new UsageException($"'{untyped}' is not a principal of Kafka: write the type before the name, such as User:orders.");
        var groups = context.Get(_groups)!;
        if (groups.Any(group => group.Length == 0 || group.Any(char.IsControl)))
            throw new UsageException("A group is empty or has a control character: write the group.id of the consumers.");

        if (context.Screen.IsJson && context.Get(_format) == Terraform)
            throw new UsageException("--format terraform and --output json are two forms: leave one out.");
        var topology = new Topology(context.Location.Load(), principals, dataTopics, groups, context.Get(_replicationFactor));
        var tools = context.KafkaTools;

        // Comments name both, and a line break would end a comment.
        if (tools.BootstrapServers.Any(char.IsControl))
            throw new UsageException("The brokers' addresses have a control character: write them as HOST:PORT, with commas between them.");
        if (tools.CommandConfig?.Any(char.IsControl) == true)
            throw new UsageException("The path in --kafka-config has a control character: give the file another name.");
        if (context.Screen.IsJson)
        {
            context.Screen.Json(PrintedTopology.Of(topology), CliJson.Default.PrintedTopology);
        }
        else
        {
            context.Screen.Writer.Write(context.Get(_format) == Terraform
                ? new TerraformText(topology, tools.BootstrapServers).Write()
                : new KafkaToolsText(topology, tools).Write());
        }

        context.Screen.Flush();
        return Task.FromResult(ExitCode.Success);
    }

    private static Option<string> Principal(string role, string description) => new($"--{role}-principal")
    {
        Description = $"The Kafka user of {description}.",
        HelpName = "USER",
        DefaultValueFactory = _ => $"User:{role}",
    };
}

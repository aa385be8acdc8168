using System.CommandLine;

namespace E2EKafka.Cli;

internal sealed class TopicsPrintCommand : CliCommand
{
    private const string KafkaTools = "kafka-topics";
    private const string Terraform = "terraform";

    private readonly Option<string> _format = new Option<string>("--format")
    {
        Description = "For Kafka's own tools, or for Terraform with the provider Mongey/kafka.",
        HelpName = $"{KafkaTools}|{Terraform}",
        DefaultValueFactory = _ => KafkaTools,
    }.AcceptOnlyFromAmong(KafkaTools, Terraform);

    private readonly Option<string> _authority = Principal("authority");
    private readonly Option<string> _producer = Principal("producer");
    private readonly Option<string> _consumer = Principal("consumer");

    private readonly Option<string[]> _topics = new("--topic")
    {
        Description = "A data topic, for its rights. Can be given several times.",
        HelpName = "TOPIC",
        DefaultValueFactory = _ => [],
    };

    private readonly Option<int?> _replicationFactor = new("--replication-factor")
    {
        Description = "Of the control topics. Default: the brokers' default; 3 with terraform.",
        HelpName = "N",
    };

    public TopicsPrintCommand()
        : base("print", "Prints what makes the control topics, and the least rights of each role, for an operator to look at and run.",
            "topics print --topic demo-topic --authority-principal User:authority > topics.sh",
            "topics print --format terraform > e2ekafka.tf")
    {
        Add(_format);
        Add(_authority);
        Add(_producer);
        Add(_consumer);
        Add(_topics);
        Add(_replicationFactor);
    }

    public override Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var dataTopics = context.Get(_topics)!;
        if (dataTopics.FirstOrDefault(topic => !TopicPattern.IsTopicName(topic)) is { } wrong)
            throw new UsageException($"'{wrong}' is not the name of a topic: it has letters, digits, dots, underscores and hyphens.");

        var principals = new Dictionary<string, string>
        {
            ["authority"] = context.Get(_authority)!,
            ["producer"] = context.Get(_producer)!,
            ["consumer"] = context.Get(_consumer)!,
        };
        if (principals.Values.FirstOrDefault(principal => principal.Any(char.IsControl)) is not null)
            throw new UsageException("A principal has a control character: write it as Kafka does, such as User:orders.");

        var text = new TopologyText(context.Location.Load(), principals, dataTopics, context.Get(_replicationFactor));
        context.Screen.Writer.Write(context.Get(_format) == Terraform ? text.Terraform() : text.KafkaTools(context.Kafka.BootstrapServers, context.Get(GlobalOptions.KafkaConfig)));
        context.Screen.Flush();
        return Task.FromResult(ExitCode.Success);
    }

    private static Option<string> Principal(string role) => new($"--{role}-principal")
    {
        Description = $"The Kafka user of a {role}.",
        HelpName = "USER",
        DefaultValueFactory = _ => $"User:{role}",
    };
}

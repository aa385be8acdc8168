using System.CommandLine;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace E2EKafka.Cli;

internal sealed class ProduceCommand : CliCommand
{
    private readonly Option<string> _identity = IdentityArgument.Option();
    private readonly Option<string> _topic = TopicOption.Create();
    private readonly Option<string> _keySeparator = new("--key-separator")
    {
        Description = "A line is a key, this, and the message. The key stays readable, and is bound to the message.",
        HelpName = "TEXT",
    };

    public ProduceCommand()
        : base("produce",
            "Sends each line of standard input as a message, encrypted and signed.",
            "produce --identity producer1 --topic demo-topic < messages.txt",
            "produce --identity producer1 --topic demo-topic --key-separator : < keyed.txt")
    {
        Add(_identity);
        Add(_topic);
        Add(_keySeparator);
    }

    public override string Details =>
        "Ends with the input, or with Ctrl-C, when Kafka has taken everything. Ends by itself, with exit code 1, when its member is removed or cannot go on. Exit code 1 if a line could not be sent, or Kafka did not take one.";

    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var topic = context.Get(_topic)!;
        var separator = context.Get(_keySeparator) is { } text ? Encoding.UTF8.GetBytes(text) : null;
        if (separator is [])
            throw new UsageException("--key-separator is empty: give the text between key and message, such as a colon.");

        var access = new MemberAccess(context, context.Get(_identity)!);

        // A broker may create what it does not know; messages to a mistyped topic would have no reader.
        KafkaTopics.Require(context.Kafka, topic);
        using var vault = access.Identity.Open(context.VaultKeys);
        var options = access.OptionsOf(vault);
        options.Produce.Add(topic);
        using var log = new ErrorLog(context.Surroundings, LogLevel.Warning);
        await using var member = await access.ConnectAsync(options, log, cancellationToken);
        await using var control = context.Serve(access.Identity, new MemberDesk(member).AnswerAsync);
        await using var end = new EndWatch(() => MemberEnd.Of(member, access.Identity.Name), context.Surroundings.Time, cancellationToken);

        if ((await member.GetStatusAsync()).Sending.Any(sending => sending.Topic == topic && sending.Problem is null && sending.Recipients.Count == 0))
            context.Say($"No consumer is ready for '{topic}': the keys stay with this identity, and consumers get them while it runs.");

        using var producer = Producer(context, member);
        var surroundings = context.Surroundings;
        var progress = surroundings.IsErrorTerminal && !surroundings.IsInputTerminal ? new ProgressLine(surroundings) : null;
        var production = new Production(producer, topic, separator, progress, SizeLimits.Of(context.Kafka, topic, member.Project));
        try
        {
            await production.RunAsync(surroundings.Input, end.Token);
        }
        finally
        {
            production.Finish();
            var first = production.FirstFailure;
            context.Screen.Report(new ProducedMessages(production.Delivered, production.Failed, first), CliJson.Default.ProducedMessages);
            context.Say(production.Failed == 0
                ? $"{production.Delivered} delivered."
                : $"{production.Delivered} delivered, {production.Failed} not: {first}. Send those again when the cause is repaired.");
        }

        end.ThrowIfEnded();
        return production.Failed == 0 ? ExitCode.Success : ExitCode.Failure;
    }

    private static IProducer<byte[]?, byte[]> Producer(CommandContext context, EndToEndKafka member) =>
        new ProducerBuilder<byte[]?, byte[]>(new ProducerConfig(new Dictionary<string, string>(context.Kafka.All))
        {
            EnableIdempotence = true,
            Acks = Acks.All,
            MessageTimeoutMs = 60_000,

            // What a file of any size takes of memory, at most.
            QueueBufferingMaxMessages = 100_000,
            QueueBufferingMaxKbytes = 64 * 1024,
            DeliveryReportFields = "status",
        })
            .SetKeySerializer(member.BindKey<byte[]?>(Serializers.ByteArray!))
            .SetValueSerializer(member.Encrypt(Serializers.ByteArray))
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, _) => { })
            .Build();
}

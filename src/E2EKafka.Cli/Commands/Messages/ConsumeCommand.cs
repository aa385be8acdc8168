using System.CommandLine;
using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;

namespace E2EKafka.Cli;

internal sealed class ConsumeCommand : CliCommand
{
    private readonly Option<string> _identity = IdentityArgument.Option();
    private readonly Option<string> _topic = TopicOption.Create();
    private readonly Option<bool> _fromBeginning = new("--from-beginning") { Description = "Begin with the oldest record, whatever the group has read before." };
    private readonly Option<string> _group = new("--group") { Description = "The consumer group. Default: e2ekafka-cli- and the identifier.", HelpName = "ID" };
    private readonly Option<long?> _maxMessages = new("--max-messages") { Description = "End after so many messages.", HelpName = "N" };
    private readonly Option<TimeSpan?> _timeout = DurationOption.Create("--timeout", "End when no message has come for so long.");
    private readonly Option<bool> _showProducer = new("--show-producer") { Description = "Begin each line with the producer's identifier and attributes, with tabs." };
    private readonly Option<string> _keySeparator = new("--key-separator")
    {
        Description = "Print the key and this before the payload. A key that its producer did not bind to the message is refused.",
        HelpName = "TEXT",
    };

    private readonly Option<bool> _raw = new("--raw") { Description = "Print keys and payloads byte for byte. What a producer wrote in them can then act on a terminal, and look like lines of other messages." };

    public ConsumeCommand()
        : base("consume",
            "Prints the messages of a topic, verified and decrypted, a line each.",
            "consume --identity consumer --topic demo-topic --from-beginning",
            "consume --identity consumer --topic demo-topic --timeout 30s --output json")
    {
        Add(_identity);
        Add(_topic);
        Add(_fromBeginning);
        Add(_group);
        Add(_maxMessages);
        Add(_timeout);
        Add(_showProducer);
        Add(_keySeparator);
        Add(_raw);
    }

    public override string Details =>
        "Standard output has the payloads and nothing else, a line each: control characters, line breaks in a payload and bytes that are not UTF-8 are escaped, such as \\n, unless --raw is given. What is refused is told on standard error, and passed over; exit code 1 if there was any, or if --timeout came before --max-messages. Ctrl-C ends it in good order: what was printed is committed. Ends by itself, with exit code 1, when its member is removed or cannot go on. With --output json: an object a line, with the producer and what proves it.";

    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var topic = context.Get(_topic)!;
        if (context.Get(_maxMessages) is < 1)
            throw new UsageException("--max-messages is less than 1: leave it out to read without end.");
        if (context.Get(_raw) && context.Screen.IsJson)
            throw new UsageException("--raw and --output json are two forms: leave one out. JSON has bytes that are not text in base64.");

        var access = new MemberAccess(context, context.Get(_identity)!);
        KafkaTopics.Require(context.Kafka, topic);
        using var vault = access.Identity.Open(context.VaultKeys);
        var options = access.OptionsOf(vault);
        options.Consume.Add(topic);
        using var log = new ErrorLog(context.Surroundings, LogLevel.Warning);
        await using var member = await access.ConnectAsync(options, log, cancellationToken);
        await using var control = context.Serve(access.Identity, new MemberDesk(member).AnswerAsync);
        await using var end = new EndWatch(() => MemberEnd.Of(member, access.Identity.Name), context.Surroundings.Time, cancellationToken);

        var separator = context.Get(_keySeparator) is { } text ? Encoding.UTF8.GetBytes(text) : null;
        var values = new ReceivingDeserializer(member);
        var consumption = new Consumption(
            context.Get(_maxMessages) ?? long.MaxValue,
            context.Get(_timeout),
            values,
            new Refusals(context.Surroundings),
            context.Say,
            context.Surroundings.Time);
        using var writer = new MessageWriter(context.Surroundings.Output, context.Screen.IsJson, context.Get(_raw), context.Get(_showProducer), separator);
        using var consumer = Consumer(context, member, topic, values, checksKeys: separator is not null);
        consumer.Subscribe(topic);
        try
        {
            consumption.Run(consumer, writer, end.Token);
        }
        finally
        {
            consumer.Close();
        }

        context.Say(consumption.Count == 1 ? "1 message." : $"{consumption.Count} messages.");
        consumption.Refusals.Sum();
        end.ThrowIfEnded();
        var isShort = consumption.TimedOut && context.Get(_maxMessages) is not null;
        return isShort || consumption.Refusals.Count > 0 ? ExitCode.Failure : ExitCode.Success;
    }

    private IConsumer<byte[]?, ReceivedValue> Consumer(
        CommandContext context, EndToEndKafka member, string topic, ReceivingDeserializer values, bool checksKeys)
    {
        var positions = new StartingPositions(topic, context.Get(_fromBeginning), context.Say);

        // Who calls this a second time after it was killed should not wait for the usual 45 s.
        var settings = new Dictionary<string, string> { ["session.timeout.ms"] = "10000" };
        foreach (var (name, value) in context.Kafka.All)
            settings[name] = value;
        return new ConsumerBuilder<byte[]?, ReceivedValue>(new ConsumerConfig(settings)
        {
            GroupId = context.Get(_group) ?? $"e2ekafka-cli-{member.Identifier}",
            EnableAutoOffsetStore = false, // stored when they are written
            EnableAutoCommit = true,

            // How long the group waits for a run that was killed; with the embedded cluster, for any that has ended.
            SessionTimeoutMs = 6_000,
            HeartbeatIntervalMs = 2_000,
            AutoOffsetReset = AutoOffsetReset.Earliest, // retention has passed by; where to begin is said below
            AllowAutoCreateTopics = false,
        })
            .SetKeyDeserializer(checksKeys ? member.BindKey<byte[]?>(Deserializers.ByteArray) : Deserializers.ByteArray)
            .SetValueDeserializer(values)
            .SetPartitionsAssignedHandler(positions.Of)
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, error) =>
            {
                // What is wrong with the connection, the member says.
                if (error.Code is ErrorCode.TopicAuthorizationFailed or ErrorCode.GroupAuthorizationFailed)
                    context.Say($"Kafka: {error.Reason}. Trying on.");
            })
            .Build();
    }
}

using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Confluent.Kafka;

namespace E2EKafka.Cli;

internal sealed class InspectCommand : CliCommand
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Option<string> _topic = TopicOption.Create();
    private readonly Option<long?> _maxMessages = new("--max-messages") { Description = "How many records to show, the newest. Default: all.", HelpName = "N" };

    public InspectCommand()
        : base("inspect",
            "Shows what the broker sees of a topic.",
            "inspect --topic demo-topic --max-messages 20", "inspect --topic demo-topic --output json | head -n 1")
    {
        Add(_topic);
        Add(_maxMessages);
    }

    public override string Details =>
        "Session, sequence and sizes are in the clear; the producer is the one whose signed announcement names the session. Needs no identity and no key. With --output json: an object a line.";

    public override Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var topic = context.Get(_topic)!;
        if (context.Get(_maxMessages) is < 1)
            throw new UsageException("--max-messages is less than 1: leave it out to see all.");

        var topics = KafkaTopics.PartitionsOf(context.Kafka);
        var whole = TopicReader.Whole(topics, topic).ToList();
        ProjectOnKafka project;
        using (context.Waiting(ProjectOnKafka.Reading))
            project = ProjectOnKafka.Read(context.Kafka, context.Location.Load(), topics, topic, cancellationToken);
        var inspector = new RecordInspector(project.Sessions);
        var from = context.Get(_maxMessages) is { } max ? Newest(context.Kafka, whole, max) : whole;
        var records = TopicReader.ReadToTheEnd(context.Kafka, from, cancellationToken).Select(inspector.Inspect);
        if (context.Screen.IsJson && context.Get(_maxMessages) is null)
        {
            // However large the topic is.
            foreach (var record in records)
                Print(context.Screen, record);
        }
        else
        {
            var shown = records.OrderBy(record => record.Timestamp).ThenBy(record => record.Partition).ThenBy(record => record.Offset)
                .TakeLast((int)Math.Min(int.MaxValue, context.Get(_maxMessages) ?? int.MaxValue)).ToList();
            if (context.Screen.IsJson)
                shown.ForEach(record => Print(context.Screen, record));
            else
                Show(context, topic, shown);
        }

        context.Screen.Flush();
        return Task.FromResult(ExitCode.Success);
    }

    private static void Print(Screen screen, InspectedRecord record) =>
        screen.Document(JsonSerializer.Serialize(record, CliJson.Lines.InspectedRecord));

    private static void Show(CommandContext context, string topic, List<InspectedRecord> records)
    {
        if (records.Count == 0)
        {
            context.Say($"Topic '{topic}' has no records.");
            return;
        }

        // Both are long, and few: they are named once, below.
        var producers = Numbered(records.Select(record => record.Producer));
        var sessions = Numbered(records.Select(record => record.Session));
        context.Screen.Table(
            ["Record", "What", "Session", "Seq", "Key", "Value", "Payload", "Producer"],
            records.Select(record => new[]
            {
                string.Create(CultureInfo.InvariantCulture, $"{record.Partition}/{record.Offset}"),
                record.Kind,
                record.Session is null ? "" : $"s{sessions[record.Session]}",
                Text(record.Sequence),
                Text(record.KeySize),
                Text(record.ValueSize),
                Text(record.PayloadSize),
                record.Producer is not null ? $"p{producers[record.Producer]}" : record.Session is null ? "" : "unknown",
            }));
        foreach (var (session, number) in sessions)
        {
            var authentication = records.First(record => record.Session == session).Authentication;
            context.Screen.Line($"s{number}  {session}{(authentication is { } mode ? $"  {mode.ToString().ToLowerInvariant()}" : "")}");
        }

        foreach (var (producer, number) in producers)
            context.Screen.Line($"p{number}  {producer}");
    }

    private static string Text(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    private static Dictionary<string, int> Numbered(IEnumerable<string?> values) =>
        values.OfType<string>().Distinct().Select((value, index) => (value, index)).ToDictionary(pair => pair.value, pair => pair.index + 1);

    // The newest of all partitions are among the newest of each.
    private static List<TopicPartitionOffset> Newest(KafkaSettings kafka, List<TopicPartitionOffset> whole, long max)
    {
        using var consumer = KafkaClients.RawConsumer(kafka);
        return whole.ConvertAll(partition =>
        {
            var ends = consumer.QueryWatermarkOffsets(partition.TopicPartition, Patience);
            return new TopicPartitionOffset(partition.TopicPartition, Math.Max(ends.Low.Value, ends.High.Value - max));
        });
    }
}

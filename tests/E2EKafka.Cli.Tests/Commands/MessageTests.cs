using System.Text.Json;

namespace E2EKafka.Cli.Tests;

[FixtureLifeCycle(LifeCycle.SingleInstance)]
public class MessageTests
{
    private const string Kafka = "--kafka-config=kafka.config";

    private CliProject _project = null!;
    private CliHost _consumer = null!;
    private CliHost _producer = null!;

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _project = await CliProject.CreateAsync();
        _consumer = await _project.JoinAsync("consumer", "--attribute", "role=reader");
        _producer = await _project.JoinAsync("producer1", "--attribute", "role=writer", "--attribute", "site=north");
    }

    [OneTimeTearDown]
    public async Task TearDown() => await _project.DisposeAsync();

    [Test]
    public async Task What_one_sends_the_other_prints_byte_by_byte_if_it_is_asked_to()
    {
        await CreateTopicAsync("bytes");
        byte[] sent = [.. "first\n"u8, 0, 255, 13, 10, .. "\nlast, without a line break"u8];

        var produced = (await ProduceAsync("bytes", sent)).Succeeds();
        var consumed = (await ConsumeAsync("bytes", "--from-beginning", "--max-messages", "4", "--timeout", "30s", "--raw")).Succeeds();

        Assert.Multiple(() =>
        {
            Assert.That(consumed.OutputBytes, Is.EqualTo((byte[])[.. sent, 10]));
            Assert.That(produced.OutputBytes, Is.Empty);
            Assert.That(produced.Error, Does.Contain("4 delivered."));
            Assert.That(consumed.Error, Does.Contain("4 messages."));
        });
    }

    [Test]
    public async Task A_message_is_a_line_and_cannot_act_on_the_terminal()
    {
        await CreateTopicAsync("hostile");
        (await ProduceAsync("hostile", "k\r:a\e[2Jb\tc\u202E\n"u8.ToArray(), "--key-separator", ":")).Succeeds();
        (await ProduceAsync("hostile", [0xFF, 10])).Succeeds();

        var consumed = (await ConsumeAsync("hostile", "--from-beginning", "--max-messages", "2", "--timeout", "30s", "--key-separator", ":")).Succeeds();

        Assert.That(consumed.Output, Is.EqualTo("k\\r:a\\u001B[2Jb\tc\\u202E\n:\\xFF\n"));
    }

    [Test]
    public async Task Bytes_and_json_are_not_asked_for_together() =>
        (await ConsumeAsync("any", "--raw", "--output", "json")).Fails(ExitCode.Usage, "--raw");

    [Test]
    public async Task The_producer_and_the_key_stand_before_the_message()
    {
        await CreateTopicAsync("keyed");
        (await ProduceAsync("keyed", "7:seven\n:no key's text\n8:a:b\n"u8.ToArray(), "--key-separator", ":")).Succeeds();

        var consumed = (await ConsumeAsync("keyed", "--from-beginning", "--max-messages", "3", "--timeout", "30s", "--show-producer", "--key-separator", " -> ")).Succeeds();

        var identifier = await _producer.IdentifierOfAsync("producer1");
        Assert.That(consumed.Output, Is.EqualTo(string.Concat(
            ((string[])["7 -> seven", " -> no key's text", "8 -> a:b"]).Select(line => $"{identifier}\trole=writer site=north\t{line}\n"))));
    }

    [Test]
    public async Task A_message_as_json_has_its_producer_and_bytes_that_are_no_text_as_base64()
    {
        await CreateTopicAsync("as-json");
        (await ProduceAsync("as-json", [.. "k:text\n"u8, .. "k:"u8, 0xFF, 10], "--key-separator", ":")).Succeeds();

        var consumed = (await ConsumeAsync("as-json", "--from-beginning", "--max-messages", "2", "--timeout", "30s", "--output", "json")).Succeeds();

        var messages = consumed.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Multiple(async () =>
        {
            Assert.That(messages[0].GetProperty("value").GetString(), Is.EqualTo("text"));
            Assert.That(messages[1].GetProperty("valueBytes").GetBytesFromBase64(), Is.EqualTo(new byte[] { 0xFF }));
            Assert.That(messages[1].TryGetProperty("value", out _), Is.False);
            Assert.That(messages.Select(message => message.GetProperty("key").GetString()), Is.All.EqualTo("k"));
            Assert.That(messages.Select(message => message.GetProperty("provenBy").GetString()), Is.All.EqualTo("signature"));
            Assert.That(messages[0].GetProperty("producer").GetString(), Is.EqualTo(await _producer.IdentifierOfAsync("producer1")));
            Assert.That(messages[0].GetProperty("attributes").GetProperty("site").GetString(), Is.EqualTo("north"));
        });
    }

    [Test]
    public async Task A_line_without_its_key_is_named_and_the_ones_before_it_are_sent()
    {
        await CreateTopicAsync("badly-keyed");

        (await ProduceAsync("badly-keyed", "a:1\nb:2\nthree\nd:4\n"u8.ToArray(), "--key-separator", ":")).Fails(1, "Line 3 has no key separator");

        var consumed = await ConsumeAsync("badly-keyed", "--from-beginning", "--timeout", "3s");
        Assert.That(consumed.Output, Is.EqualTo("1\n2\n"));
    }

    [Test]
    public async Task A_group_goes_on_where_it_was()
    {
        await CreateTopicAsync("positions");
        (await ProduceAsync("positions", "1\n2\n3\n"u8.ToArray())).Succeeds();
        Assert.That((await ConsumeAsync("positions", "--from-beginning", "--max-messages", "2", "--timeout", "30s")).Output, Is.EqualTo("1\n2\n"));

        Assert.That((await ConsumeAsync("positions", "--max-messages", "1", "--timeout", "30s")).Output, Is.EqualTo("3\n"));
        Assert.That((await ConsumeAsync("positions", "--from-beginning", "--max-messages", "3", "--timeout", "30s")).Output, Is.EqualTo("1\n2\n3\n"));
        (await ConsumeAsync("positions", "--max-messages", "1", "--timeout", "1s")).Fails(1, "0 messages.");
        (await ConsumeAsync("positions", "--timeout", "1s")).Succeeds();
    }

    [Test]
    public async Task Without_from_beginning_it_begins_with_what_is_sent_after_it_has_said_so()
    {
        await CreateTopicAsync("live");
        (await ProduceAsync("live", "before\n"u8.ToArray())).Succeeds();
        await using var consumer = new RunningCommand(_consumer, Stream.Null, "consume", "--identity", "consumer", "--topic", "live", "--max-messages", "1", Kafka);
        await consumer.SaysAsync("Reading live");

        (await ProduceAsync("live", "after\n"u8.ToArray())).Succeeds();

        Assert.That((await consumer.EndAsync()).Succeeds().Output, Is.EqualTo("after\n"));
    }

    [Test]
    public async Task An_interrupted_consumer_ends_well_and_has_committed()
    {
        await CreateTopicAsync("interrupted");
        (await ProduceAsync("interrupted", "1\n2\n"u8.ToArray())).Succeeds();
        using var output = new ExpectedOutput(lines: 2);
        using var interrupt = new CancellationTokenSource();
        using var error = new WatchedLines();
        var run = Task.Run(() => E2EKafkaCli.RunAsync(
            ["consume", "--identity", "consumer", "--topic", "interrupted", "--from-beginning", "--group", GroupOf("interrupted"), Kafka],
            _consumer.SurroundingsOf(Stream.Null, output, error), interrupt.Token));
        await output.Complete;
        await interrupt.CancelAsync();

        Assert.That(await run, Is.Zero, error.ToString());
        (await ProduceAsync("interrupted", "3\n"u8.ToArray())).Succeeds();
        Assert.That((await ConsumeAsync("interrupted", "--max-messages", "1", "--timeout", "30s")).Output, Is.EqualTo("3\n"));
    }

    [Test]
    public async Task What_is_refused_is_told_once_for_each_reason_and_makes_the_run_fail()
    {
        await CreateTopicAsync("refused");
        (await ProduceAsync("refused", "good\n"u8.ToArray())).Succeeds();
        using (var plain = new Confluent.Kafka.ProducerBuilder<Confluent.Kafka.Null, string>(
            new Confluent.Kafka.ProducerConfig { BootstrapServers = _project.Cluster.BootstrapServers }).Build())
        {
            for (var i = 0; i < 3; i++)
                await plain.ProduceAsync("refused", new() { Value = "a client writes without encryption" });
        }

        (await ProduceAsync("refused", "good again\n"u8.ToArray())).Succeeds();

        var consumed = (await ConsumeAsync("refused", "--from-beginning", "--max-messages", "2", "--timeout", "30s")).Fails(1, "3 messages were refused");
        Assert.Multiple(() =>
        {
            Assert.That(consumed.Output, Is.EqualTo("good\ngood again\n"));
            Assert.That(consumed.Error.Split('\n').Count(line => line.StartsWith("Refused (NotEncrypted)", StringComparison.Ordinal)), Is.EqualTo(1));
            Assert.That(consumed.Error, Does.Not.Contain("a client writes"));
        });
        (await ConsumeAsync("refused", "--from-beginning", "--max-messages", "2", "--timeout", "30s", "--key-separator", ":"))
            .Fails(1, "3 NotEncrypted");
    }

    [Test]
    public async Task Who_has_seen_enough_ends_a_consumer_quietly()
    {
        await CreateTopicAsync("head");
        (await ProduceAsync("head", "1\n2\n"u8.ToArray())).Succeeds();
        using var error = new StringWriter();

        var exitCode = await E2EKafkaCli.RunAsync(
            ["consume", "--identity", "consumer", "--topic", "head", "--from-beginning", Kafka], _consumer.SurroundingsOf(Stream.Null, new ClosedPipe(), error));

        Assert.That(exitCode, Is.Zero);
        Assert.That(error.ToString(), Does.Not.Contain("e2ekafka:"));
    }

    [Test]
    public async Task A_message_whose_key_no_member_has_is_waited_for_and_named()
    {
        _project.Cluster.CreateTopic("keyless");
        (await ProduceAsync("keyless", "1\n"u8.ToArray())).Succeeds();

        var consumed = (await ConsumeAsync("keyless", "--from-beginning", "--max-messages", "1", "--timeout", "2s")).Fails(1, "Waiting (KeyNotYetReceived)");

        Assert.That(consumed.Error, Does.Contain(await _producer.IdentifierOfAsync("producer1")));
    }

    [Test]
    public async Task A_topic_that_does_not_exist_is_neither_read_nor_made()
    {
        (await ConsumeAsync("mistyped")).Fails(1, "There is no topic 'mistyped'");
        (await ProduceAsync("mistyped", "1\n"u8.ToArray())).Fails(1, "There is no topic 'mistyped'");
        (await ConsumeAsync("mistyped")).Fails(1, "There is no topic 'mistyped'");
    }

    [Test]
    public async Task A_topic_that_policy_keeps_from_a_member_is_not_read_or_written_by_it()
    {
        await using var project = await CliProject.CreateAsync();
        project.Cluster.CreateTopic("payroll");
        var clerk = await project.JoinAsync("clerk", "--attribute", "role=clerk");
        project.Owner.Write("policy.json",
            """{"produce":[{"topics":["payroll"],"attributes":{"role":["payroll"]}}],"consume":[{"topics":["*"],"attributes":{"role":["payroll"]}}]}""");
        (await project.OwnerAsync("policy", "set", "policy.json")).Succeeds();

        var produced = await clerk.RunAsync(["produce", "--identity", "clerk", "--topic", "payroll", Kafka], new MemoryStream("x\n"u8.ToArray()));

        produced.Fails(1, "Line 1 was not sent");
        Assert.That(produced.Error, Does.Contain("0 delivered."));
    }

    /// <summary>Makes a topic, and the consumer ready for it: a producer that sends while no consumer has been ready seals its keys to no one.</summary>
    private async Task CreateTopicAsync(string topic)
    {
        _project.Cluster.CreateTopic(topic);
        await using var consumer = new RunningCommand(_consumer, Stream.Null, "consume", "--identity", "consumer", "--topic", topic, "--group", $"first-{topic}", Kafka);
        await consumer.SaysAsync($"Reading {topic}");
        (await consumer.InterruptAsync()).Succeeds();
    }

    private Task<CliRun> ProduceAsync(string topic, byte[] lines, params string[] options) =>
        _producer.RunAsync(["produce", "--identity", "producer1", "--topic", topic, .. options, Kafka], new MemoryStream(lines));

    private Task<CliRun> ConsumeAsync(string topic, params string[] options) =>
        _consumer.RunAsync(["consume", "--identity", "consumer", "--topic", topic, "--group", GroupOf(topic), .. options, Kafka]);

    // The embedded cluster lets a group that all have left wait before the next may join.
    private static string GroupOf(string topic) => $"readers-of-{topic}";
}

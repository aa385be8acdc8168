namespace E2EKafka.Cli.Tests;

/// <summary>What only a process of its own has: pipes, signals, and a vault that another process holds.</summary>
[Platform(Exclude = "Win", Reason = "There is no signal to send there.")]
public class ProcessTests
{
    private const string Kafka = "--kafka-config=kafka.config";

    private CliProject _project = null!;

    [SetUp]
    public async Task SetUp() => _project = await CliProject.CreateAsync();

    [TearDown]
    public async Task TearDown() => await _project.DisposeAsync();

    [Test]
    public async Task Ctrl_c_ends_an_authority_that_answered_another_process()
    {
        (await _project.StopAuthorityAsync()).Succeeds();
        await using var authority = new CliProcess(_project.Owner, "authority", "run", Kafka);
        await authority.SaysAsync("Ctrl-C ends");
        var member = await _project.JoinAsync("member");

        authority.Interrupt();

        Assert.That(await authority.ExitCodeAsync(), Is.Zero, authority.Error);
        Assert.That(await member.IdentifierOfAsync("member"), Has.Length.EqualTo(43));
    }

    [Test]
    public async Task A_message_goes_through_two_processes_and_ctrl_c_ends_both()
    {
        _project.Cluster.CreateTopic("orders");
        await using var consumer = new CliProcess(await _project.JoinAsync("consumer"), "consume", "--identity", "consumer", "--topic", "orders", Kafka);
        await consumer.SaysAsync("Reading orders");
        await using var producer = new CliProcess(await _project.JoinAsync("producer1"), "produce", "--identity", "producer1", "--topic", "orders", Kafka);
        await producer.Input.WriteLineAsync("hello");
        await producer.Input.FlushAsync();

        Assert.That(await consumer.Output.ReadLineAsync(), Is.EqualTo("hello"));
        producer.Interrupt();
        consumer.Interrupt();

        Assert.Multiple(async () =>
        {
            Assert.That(await producer.ExitCodeAsync(), Is.Zero, producer.Error);
            Assert.That(await consumer.ExitCodeAsync(), Is.Zero, consumer.Error);
            Assert.That(await consumer.Output.ReadToEndAsync(), Is.Empty);
            Assert.That(await producer.Output.ReadToEndAsync(), Is.Empty);
        });
    }

    [Test]
    public async Task Ctrl_c_ends_a_consumer_soon_whose_Kafka_is_gone()
    {
        _project.Cluster.CreateTopic("orders");
        await using var consumer = new CliProcess(await _project.JoinAsync("consumer"), "consume", "--identity", "consumer", "--topic", "orders", Kafka);
        await consumer.SaysAsync("Reading orders");
        var producer = await _project.JoinAsync("producer1");
        (await producer.RunAsync(["produce", "--identity", "producer1", "--topic", "orders", Kafka], new MemoryStream("hello\n"u8.ToArray()))).Succeeds();
        Assert.That(await consumer.Output.ReadLineAsync(), Is.EqualTo("hello"));
        _project.Cluster.Dispose();

        var interruptedAt = TimeProvider.System.GetTimestamp();
        consumer.Interrupt();

        Assert.That(await consumer.ExitCodeAsync(), Is.Zero, consumer.Error);
        Assert.That(TimeProvider.System.GetElapsedTime(interruptedAt), Is.LessThan(TimeSpan.FromSeconds(30)));
    }

    [Test]
    public async Task A_pipe_whose_reader_is_gone_ends_a_consumer_quietly()
    {
        _project.Cluster.CreateTopic("orders");
        await using var consumer = new CliProcess(await _project.JoinAsync("consumer"), "consume", "--identity", "consumer", "--topic", "orders", Kafka);
        await consumer.SaysAsync("Reading orders");
        var producer = await _project.JoinAsync("producer1");
        await ProduceAsync(producer, "1\n");
        Assert.That(await consumer.Output.ReadLineAsync(), Is.EqualTo("1"));

        consumer.Output.Close();
        await ProduceAsync(producer, "2\n");

        Assert.That(await consumer.ExitCodeAsync(), Is.Zero, consumer.Error);
        Assert.That(consumer.Error, Does.Not.Contain("e2ekafka:"));
    }

    [Test]
    public async Task A_second_process_of_an_identity_is_refused()
    {
        _project.Cluster.CreateTopic("orders");
        var host = await _project.JoinAsync("consumer");
        await using var consumer = new CliProcess(host, "consume", "--identity", "consumer", "--topic", "orders", Kafka);
        await consumer.SaysAsync("Reading orders");

        (await host.RunAsync("consume", "--identity", "consumer", "--topic", "orders", Kafka)).Fails(1, "open in another process");
        Assert.That(
            (await host.RunAsync("status", "--identity", "consumer", "--output", "json", Kafka)).Succeeds().Json.GetProperty("running").GetBoolean(), Is.True);
    }

    private static async Task ProduceAsync(CliHost host, string lines) =>
        (await host.RunAsync(["produce", "--identity", "producer1", "--topic", "orders", Kafka], new MemoryStream(System.Text.Encoding.UTF8.GetBytes(lines)))).Succeeds();
}

using System.Text.Json;
using Confluent.Kafka;

namespace E2EKafka.Cli.Tests;

public class InspectTests
{
    private const string Kafka = "--kafka-config=kafka.config";

    private CliProject _project = null!;
    private string _producer = "";

    [OneTimeSetUp]
    public async Task SetUp()
    {
        _project = await CliProject.CreateAsync();
        _project.Cluster.CreateTopic("orders");
        var host = await _project.JoinAsync("producer1");
        _producer = await host.IdentifierOfAsync("producer1");
        (await host.RunAsync(
            ["produce", "--identity", "producer1", "--topic", "orders", "--key-separator", ":", Kafka], new MemoryStream("key:four\nk:\n"u8.ToArray()))).Succeeds();
        using var plain = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig { BootstrapServers = _project.Cluster.BootstrapServers }).Build();
        foreach (var value in (byte[]?[])["in the clear"u8.ToArray(), null, [0xFE, 0x01, 1, 2, 3]])
            await plain.ProduceAsync("orders", new Message<byte[]?, byte[]?> { Value = value });
        byte[] forged = [0xFE, 0x01, .. new byte[16], .. new byte[4], .. new byte[16]];
        await plain.ProduceAsync("orders", new Message<byte[]?, byte[]?> { Value = forged });
    }

    [OneTimeTearDown]
    public async Task TearDown() => await _project.DisposeAsync();

    [Test]
    public async Task Each_record_is_shown_as_what_it_is()
    {
        var records = Lines(await _project.OwnerAsync("inspect", "--topic", "orders", "--output", "json"));

        Assert.Multiple(() =>
        {
            Assert.That(
                records.Select(record => record.GetProperty("kind").GetString()),
                Is.EqualTo(new[] { "message", "message", "notEncrypted", "bareTombstone", "truncated", "message" }));
            Assert.That(records.Take(2).Select(record => record.GetProperty("producer").GetString()), Is.All.EqualTo(_producer));
            Assert.That(records.Take(2).Select(record => record.GetProperty("payloadSize").GetInt32()), Is.EqualTo(new[] { 4, 0 }));
            Assert.That(records.Take(2).Select(record => record.GetProperty("sequence").GetInt32()), Is.EqualTo(new[] { 0, 1 }));
            Assert.That(records[0].GetProperty("keySize").GetInt32(), Is.EqualTo(3));
            Assert.That(records[0].GetProperty("keyBound").GetBoolean(), Is.True);
            Assert.That(records[0].GetProperty("signed").GetBoolean(), Is.True);
            Assert.That(records[0].GetProperty("authentication").GetString(), Is.EqualTo("signature"));
            Assert.That(records[^1].TryGetProperty("producer", out _), Is.False, "its session was not announced");
        });
    }

    [Test]
    public async Task The_newest_are_shown_as_a_table_of_80_columns()
    {
        var shown = (await _project.OwnerAsync("inspect", "--topic", "orders", "--max-messages", "5")).Succeeds();

        var lines = shown.Output.TrimEnd('\n').Split('\n');
        Assert.Multiple(() =>
        {
            Assert.That(lines, Has.Length.EqualTo(1 + 5 + 2 + 1), "heading, records, sessions, producer");
            Assert.That(lines, Has.All.Length.LessThanOrEqualTo(80));
            Assert.That(shown.Output, Does.Contain(_producer));
            Assert.That(shown.Output, Does.Contain("unknown"));
            Assert.That(shown.Output, Does.Not.Contain("in the clear"));
        });
    }

    [Test]
    public async Task A_topic_that_is_not_there_is_named() =>
        (await _project.OwnerAsync("inspect", "--topic", "no-such-topic")).Fails(1, "There is no topic 'no-such-topic'");

    private static List<JsonElement> Lines(CliRun run) =>
        [.. run.Succeeds().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
}

using Confluent.Kafka;
using E2EKafka.QuickStart;
using Spectre.Console;

namespace E2EKafka.Samples.Tests;

[TestFixture]
public class QuickStartTests
{
    [Test]
    public async Task It_tells_the_story_on_80_columns_and_ends_well()
    {
        using var kafka = new EmbeddedKafka();
        var (exitCode, output) = await RunAsync(kafka);
        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.Zero, output);
            Assert.That(output, Does.Contain("6 orders received and verified"));
            Assert.That(output, Does.Contain("No plaintext on the broker."));
            Assert.That(output, Does.Not.Contain("FAILED"));
            Assert.That(output, Does.Not.Contain('\u001b'), "a pipe gets no escape sequences");
            Assert.That(output.Split('\n').Max(line => line.TrimEnd().Length), Is.LessThanOrEqualTo(80), output);
        });
    }

    [Test]
    public async Task It_fails_if_plaintext_is_on_any_topic()
    {
        using var kafka = new EmbeddedKafka();
        kafka.Cluster.CreateTopic("somewhere-else");
        using (var leak = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = kafka.BootstrapServers }).Build())
            await leak.ProduceAsync("somewhere-else", new Message<string, string> { Key = "copy", Value = $"for {Orders.First[0].Value.Customer}, of course" });

        var (exitCode, output) = await RunAsync(kafka);
        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(1));
            Assert.That(output.ReplaceLineEndings(" "), Does.Contain("FAILED Plaintext on the broker: 'Ada Lovelace' at somewhere-else"));
        });
    }

    [Test]
    public async Task A_verdict_names_what_is_missing_unproven_or_unsearched()
    {
        using var kafka = new EmbeddedKafka();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        var outcome = await Story.TellAsync(kafka, static _ => { }, patience.Token);
        var topics = BrokerView.Topics(kafka).ToDictionary(topic => topic.Key, topic => BrokerView.Read(kafka, topic.Key, topic.Value, patience.Token));
        Assert.Multiple(() =>
        {
            Assert.That(Verdict.Of(outcome, topics, kafka.Topic).Problems, Is.Empty);
            Assert.That(Problems(outcome with { Received = [.. outcome.Received.Skip(1)] }), Has.Exactly(1).Contains("is missing"));
            Assert.That(Problems(outcome with { Received = [.. outcome.Received, outcome.Received[0]] }), Has.Exactly(1).Contains("came twice"));
            Assert.That(
                Problems(outcome with { Producer1 = outcome.Producer2, Producer2 = outcome.Producer1 }),
                Has.Exactly(6).Contains("is not one that its producer sent").And.Exactly(6).Contains("is missing"));
            Assert.That(
                Verdict.Of(outcome, topics.Where(topic => topic.Key != "_e2ekafka.sessions").ToDictionary(), kafka.Topic).Problems,
                Is.EqualTo(new[] { "No record of _e2ekafka.sessions was searched." }));
        });

        IReadOnlyList<string> Problems(StoryOutcome changed) => Verdict.Of(changed, topics, kafka.Topic).Problems;
    }

    [Test]
    public void Without_a_broker_it_says_so_in_one_sentence() =>
        Assert.That(
            () => UserKafka.Connect("127.0.0.1:1"),
            Throws.TypeOf<DemoException>().With.Message.StartsWith("No Kafka broker answers at 127.0.0.1:1"));

    [Test]
    public async Task Without_the_right_to_create_topics_it_says_so()
    {
        using var cluster = EmbeddedCluster.Start();
        cluster.FailRequests(KafkaRequest.CreateTopics, ErrorCode.TopicAuthorizationFailed);
        using var kafka = UserKafka.Connect(cluster.BootstrapServers);
        var (exitCode, output) = await RunAsync(kafka);
        Assert.Multiple(() =>
        {
            Assert.That(exitCode, Is.EqualTo(1));
            Assert.That(output.ReplaceLineEndings(" "), Does.Contain("demo-topic could not be created"));
        });
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(IDemoKafka kafka)
    {
        await using var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Out = new AnsiConsoleOutput(output) });
        console.Profile.Width = 80;
        return (await Demo.RunAsync(kafka, console), output.ToString());
    }
}

namespace E2EKafka.Cli.Tests;

public class TopicsTests
{
    private CliHost _host = null!;

    [SetUp]
    public async Task SetUp()
    {
        _host = new CliHost();
        (await _host.RunAsync("project", "create", "demo", "--bootstrap-server", "broker:9092", "--keys-partitions", "3")).Succeeds();
    }

    [TearDown]
    public void TearDown() => _host.Dispose();

    [Test]
    public async Task Kafkas_own_tools_are_given_topics_and_the_least_rights()
    {
        var lines = (await _host.RunAsync("topics", "print", "--topic", "demo-topic", "--consumer-principal", "User:CN=reader one")).Succeeds().Output.Split('\n');

        Assert.Multiple(() =>
        {
            Assert.That(lines, Does.Contain(
                "kafka-topics.sh --bootstrap-server broker:9092 --create --if-not-exists --topic _e2ekafka.keys --partitions 3" +
                " --config cleanup.policy=delete --config message.timestamp.type=LogAppendTime --config retention.ms=691200000"));
            Assert.That(lines, Does.Contain(
                "kafka-acls.sh --bootstrap-server broker:9092 --add --allow-principal 'User:CN=reader one' --operation Read --topic demo-topic"));
            Assert.That(lines, Does.Contain(
                "kafka-acls.sh --bootstrap-server broker:9092 --add --allow-principal User:authority --operation Read --operation Write --topic _e2ekafka.authority"));
            Assert.That(
                lines.Where(line => line.Contains("--operation Write", StringComparison.Ordinal) && line.Contains("_e2ekafka.authority", StringComparison.Ordinal)),
                Has.Exactly(1).Items, "only the authority writes to its topic");
            Assert.That(
                lines.Where(line => line.Contains("User:authority", StringComparison.Ordinal)),
                Has.None.Contains("demo-topic"));
        });
    }

    [Test]
    public async Task Terraform_is_given_a_resource_for_each_topic_and_right()
    {
        var text = (await _host.RunAsync("topics", "print", "--format", "terraform", "--replication-factor", "2")).Succeeds().Output;

        var names = text.Split('\n').Where(line => line.StartsWith("resource ", StringComparison.Ordinal)).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(names, Is.Unique);
            Assert.That(names.Count(name => name.Contains("kafka_topic", StringComparison.Ordinal)), Is.EqualTo(4));
            Assert.That(text, Does.Contain("\"retention.ms\" = \"691200000\""));
            Assert.That(text, Does.Contain("  replication_factor = 2\n"));
            Assert.That(text.Count(character => character == '{'), Is.EqualTo(text.Count(character => character == '}')));
        });
    }

    [Test]
    public async Task Topics_that_are_there_are_said_to_be_and_one_that_is_too_small_is_refused()
    {
        using var cluster = EmbeddedCluster.Start();
        foreach (var topic in ProjectDocument.Load(_host["project.json"]).ControlTopics)
            cluster.CreateTopic(topic.Name, topic.Partitions);
        using var small = EmbeddedCluster.Start();
        foreach (var topic in ProjectDocument.Load(_host["project.json"]).ControlTopics)
            small.CreateTopic(topic.Name, 1);

        var created = (await _host.RunAsync("topics", "create", "--bootstrap-server", cluster.BootstrapServers)).Succeeds();
        Assert.That(created.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).ToList(), Has.Count.EqualTo(4).And.All.EndsWith(" exists"));
        (await _host.RunAsync("topics", "create", "--bootstrap-server", small.BootstrapServers)).Fails(1, "with 1 partition");
    }

    [Test]
    public async Task Where_topics_cannot_be_made_the_way_out_is_said()
    {
        // The embedded cluster has no request to create topics.
        using var cluster = EmbeddedCluster.Start();

        (await _host.RunAsync("topics", "create", "--bootstrap-server", cluster.BootstrapServers)).Fails(1, "topics print");
    }

    [Test]
    public async Task A_broker_that_does_not_answer_is_named() =>
        (await _host.RunAsync("topics", "create", "--bootstrap-server", "127.0.0.1:1")).Fails(1, "No Kafka broker answers at 127.0.0.1:1");
}

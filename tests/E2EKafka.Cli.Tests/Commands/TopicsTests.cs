using Confluent.Kafka;

namespace E2EKafka.Cli.Tests;

public class TopicsTests
{
    private CliHost _host = null!;

    [SetUp]
    public async Task SetUp()
    {
        _host = new CliHost();
        (await _host.RunAsync("project", "create", "demo", "--bootstrap-server", "broker:9092", "--control-partitions", "3")).Succeeds();
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
                "kafka-topics.sh --bootstrap-server broker:9092 --create --if-not-exists --topic _e2ekafka.sessions --partitions 3" +
                " --config cleanup.policy=delete --config message.timestamp.type=LogAppendTime --config retention.ms=777600000"));
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
            Assert.That(names.Count(name => name.Contains("kafka_topic", StringComparison.Ordinal)), Is.EqualTo(5));
            Assert.That(text, Does.Contain("\"retention.ms\" = \"777600000\""));
            Assert.That(text, Does.Contain("  replication_factor = 2\n"));
            Assert.That(text.Count(character => character == '{'), Is.EqualTo(text.Count(character => character == '}')));
        });
    }

    [Test]
    public async Task Terraforms_resources_have_names_of_their_own()
    {
        var text = (await _host.RunAsync("topics", "print", "--format", "terraform", "--topic", "orders.eu", "--topic", "orders_eu", "--topic", "7up")).Succeeds().Output;

        var names = text.Split('\n').Where(line => line.StartsWith("resource ", StringComparison.Ordinal)).Select(line => line.Split('"')[3]).ToList();
        Assert.That(names, Is.Unique.And.All.Match("^[a-z_][a-z0-9_]*$"));
        Assert.That(text, Does.Contain("resource_type                = \"Cluster\"").And.Contain("\"kafka-cluster\"").And.Contain("bootstrap_servers = [\"broker:9092\"]"));
    }

    [Test]
    public async Task With_a_configuration_every_printed_command_logs_in_with_it_wherever_it_is_pasted()
    {
        _host.Write("admin user.properties", "bootstrap.servers=other:9093\nsecurity.protocol=SSL\n");
        var lines = CommandsOf(await _host.RunAsync("topics", "print", "--kafka-config", "admin user.properties", "--topic", "orders", "--group", "their group"));

        Assert.That(lines, Is.Not.Empty.And.All.Match($"^kafka-(topics|acls)\\.sh --bootstrap-server other:9093 --command-config '{_host["admin user.properties"]}' --"));
        Assert.That(lines, Has.Some.EndsWith("--allow-principal User:consumer --operation Read --group 'their group'"));
    }

    [Test]
    public async Task What_has_to_be_filled_in_is_marked_and_a_missing_login_is_said()
    {
        File.Delete(_host["e2ekafka.json"]);
        var run = await _host.RunAsync("topics", "print");

        Assert.That(CommandsOf(run), Is.Not.Empty.And.All.Contain("--bootstrap-server '<HOST:PORT>' --"));
        Assert.That(run.Output, Does.Contain("# FILL IN: <HOST:PORT>").And.Contain("# LOOK: no --kafka-config was given").And.Contain("# LOOK: no data topic was named"));
    }

    [Test]
    public async Task The_operator_has_rights_of_its_own_and_none_to_read_or_write_data()
    {
        var lines = CommandsOf(await _host.RunAsync("topics", "print", "--topic", "orders", "--operator-principal", "User:ops"));

        Assert.That(
            lines.Where(line => line.Contains("User:ops", StringComparison.Ordinal)).Select(line => line[line.IndexOf(" --operation", StringComparison.Ordinal)..]),
            Is.EqualTo(new[]
            {
                " --operation Create --operation Read --operation DescribeConfigs --topic _e2ekafka.authority",
                " --operation Create --operation Describe --operation DescribeConfigs --topic _e2ekafka.members",
                " --operation Create --operation Describe --operation DescribeConfigs --topic _e2ekafka.sessions",
                " --operation Create --operation Describe --operation DescribeConfigs --topic _e2ekafka.grants",
                " --operation Create --operation Read --operation Write --operation DescribeConfigs --topic _e2ekafka.requests",
                " --operation Describe --operation DescribeConfigs --topic orders",
                " --operation Describe --cluster",
            }));
    }

    [TestCase("--bootstrap-server", "kafka:9092\ntouch stolen")]
    [TestCase("--kafka-config", "admin\ntouch stolen\n.properties")]
    public async Task What_would_end_a_comment_in_the_printed_lines_is_refused(string option, string value)
    {
        File.WriteAllText(_host["admin\ntouch stolen\n.properties"], "security.protocol=PLAINTEXT");

        (await _host.RunAsync("topics", "print", option, value)).Fails(2, "control character");
    }

    [Test]
    public async Task A_principal_without_its_type_is_refused() =>
        (await _host.RunAsync("topics", "print", "--consumer-principal", "orders")).Fails(2, "such as User:orders");

    [Test]
    public async Task Topics_that_are_there_are_said_to_be()
    {
        using var cluster = EmbeddedCluster.Start();
        foreach (var topic in ProjectDocument.Load(_host["project.json"]).ControlTopics)
            cluster.CreateTopic(topic.Name, topic.Partitions);

        var created = (await _host.RunAsync("topics", "create", "--bootstrap-server", cluster.BootstrapServers)).Succeeds();

        Assert.That(created.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).ToList(), Has.Count.EqualTo(5).And.All.EndsWith(" exists"));
        Assert.That(created.Error, Does.Contain("Settings of _e2ekafka.sessions: Could not look"), "the embedded cluster does not tell them");
    }

    [Test]
    public async Task Whatever_is_wrong_with_each_topic_is_reported_with_what_to_do()
    {
        // One is there with too few partitions, three are right, and one is missing, which we may not make.
        using var cluster = EmbeddedCluster.Start();
        cluster.CreateTopic("_e2ekafka.sessions", 1);
        cluster.CreateTopic("_e2ekafka.authority", 1);
        cluster.CreateTopic("_e2ekafka.members", 1);
        cluster.CreateTopic("_e2ekafka.grants", 3);
        cluster.FailRequests(KafkaRequest.CreateTopics, ErrorCode.PolicyViolation, count: 2);

        var run = (await _host.RunAsync("topics", "create", "--bootstrap-server", cluster.BootstrapServers)).Fails(1, "2 of 5 control topics are not as the project needs them");
        var json = (await _host.RunAsync("topics", "create", "--output", "json", "--bootstrap-server", cluster.BootstrapServers)).Json.EnumerateArray().ToList();

        Assert.Multiple(() =>
        {
            Assert.That(run.Output, Does.Match(@"_e2ekafka.authority +1 +exists").And.Match(@"_e2ekafka.sessions +1 +WRONG").And.Match(@"_e2ekafka.requests +0 +MISSING"));
            Assert.That(run.Output, Does.Match(
                $@"_e2ekafka.sessions +.*has 1 partitions and needs 3.* 3 partitions, cleanup.policy=delete, .*: kafka-topics.sh --bootstrap-server {cluster.BootstrapServers} --alter --topic _e2ekafka.sessions --partitions 3"));
            Assert.That(run.Output, Does.Match(@"_e2ekafka.requests +not made: .*topics print"));
            Assert.That(json.Select(topic => topic.TryGetProperty("remedy", out _)), Is.EqualTo(new[] { false, false, true, false, true }));
            Assert.That(json[2].GetProperty("wanted").GetString(), Does.StartWith("3 partitions, "));
        });
    }

    [Test]
    public async Task A_broker_that_does_not_answer_is_named() =>
        (await _host.RunAsync("topics", "create", "--bootstrap-server", "127.0.0.1:1")).Fails(1, "Kafka does not answer: ");

    private static List<string> CommandsOf(CliRun run) =>
        [.. run.Succeeds().Output.Split('\n').Where(line => line.Length > 0 && line[0] != '#')];
}

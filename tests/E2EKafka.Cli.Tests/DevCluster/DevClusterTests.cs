using System.IO.Pipes;
using Confluent.Kafka;

namespace E2EKafka.Cli.Tests;

public class DevClusterTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private CliHost _host = null!;

    [SetUp]
    public void SetUp() => _host = new CliHost();

    [TearDown]
    public void TearDown() => _host.Dispose();

    [Test]
    public async Task It_says_where_it_listens_has_the_topics_and_runs_until_it_is_interrupted()
    {
        _host.Write("password", "secret\n");
        await using var output = new AnonymousPipeServerStream(PipeDirection.Out);
        using var lines = new StreamReader(new AnonymousPipeClientStream(PipeDirection.In, output.ClientSafePipeHandle));
        using var interrupt = new CancellationTokenSource();
        using var error = new StringWriter();

        var running = E2EKafkaCli.RunAsync(
            ["dev-cluster", "--port", "0", "--user", "alice", "--password-file", "password", "--topic", "orders:3", "--topic", "more"],
            _host.SurroundingsOf(Stream.Null, output, error), interrupt.Token);
        var said = new[] { await NextAsync(), await NextAsync(), await NextAsync() };
        var address = said[1].Split(' ')[2].TrimEnd(',', '.');
        var partitions = Topics(address);
        await interrupt.CancelAsync();

        Assert.Multiple(() =>
        {
            Assert.That(said[0], Does.Contain("for trying things out: in memory, gone when it ends"));
            Assert.That(said[1], Is.EqualTo($"Listening on {address}, with SASL PLAIN."));
            Assert.That(said[2], Is.EqualTo($"Next: e2ekafka project create demo --development --bootstrap-server {address}"));
            Assert.That(partitions, Is.EquivalentTo(new Dictionary<string, int>
            {
                ["_e2ekafka.authority"] = 1, ["_e2ekafka.members"] = 1, ["_e2ekafka.sessions"] = 8, ["_e2ekafka.grants"] = 8, ["_e2ekafka.requests"] = 1, ["orders"] = 3, ["more"] = 1,
            }));
        });
        Assert.That(await running.WaitAsync(Patience), Is.Zero, error.ToString());

        async Task<string> NextAsync() => await lines.ReadLineAsync().WaitAsync(Patience) ?? throw new EndOfStreamException(error.ToString());
    }

    [TestCase("--user", "alice")]
    [TestCase("--password-file", "password")]
    [TestCase("--user", "alice", "--password-file", "empty")]
    [TestCase("--port", "65536")]
    [TestCase("--port", "-1")]
    [TestCase("--topic", "orders:0")]
    [TestCase("--topic", "orders:x")]
    [TestCase("--topic", "or ders")]
    [TestCase("--topic", "orders", "--topic", "orders:2")]
    [TestCase("--topic", "_e2ekafka.sessions:8")]
    public async Task What_makes_no_sense_is_a_usage_error(params string[] args)
    {
        _host.Write("password", "secret");
        _host.Write("empty", "\n");

        (await _host.RunAsync(["dev-cluster", "--port", "0", .. args])).Fails(2, "e2ekafka: ");
    }

    [Test]
    public async Task A_port_in_use_is_named()
    {
        using var other = EmbeddedCluster.Start(new EmbeddedClusterOptions { Users = { ["alice"] = "secret" } });
        var port = other.BootstrapServers.Split(':')[1];

        (await _host.RunAsync("dev-cluster", "--port", port)).Fails(1, $"Port {port} on 127.0.0.1 is in use");
    }

    private static Dictionary<string, int> Topics(string address)
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig
        {
            BootstrapServers = address,
            SecurityProtocol = SecurityProtocol.SaslPlaintext,
            SaslMechanism = SaslMechanism.Plain,
            SaslUsername = "alice",
            SaslPassword = "secret",
        }).Build();
        return admin.GetMetadata(Patience).Topics.ToDictionary(topic => topic.Topic, topic => topic.Partitions.Count);
    }
}

using System.Text.Json;

namespace E2EKafka.Cli.Tests;

/// <summary>The command as it is typed, over the embedded cluster, which cannot tell settings, rights or its time.</summary>
public class DoctorCommandTests
{
    private CliHost _host = null!;
    private EmbeddedCluster _cluster = null!;

    [SetUp]
    public async Task SetUp()
    {
        _host = new CliHost();
        _cluster = EmbeddedCluster.Start();
        (await _host.RunAsync("project", "create", "demo", "--development", "--bootstrap-server", _cluster.BootstrapServers)).Succeeds();
        foreach (var topic in ProjectDocument.Load(_host["project.json"]).ControlTopics)
            _cluster.CreateTopic(topic.Name, topic.Partitions);
    }

    [TearDown]
    public void TearDown()
    {
        _cluster.Dispose();
        _host.Dispose();
    }

    [Test]
    public async Task An_authority_that_does_not_run_is_found_and_what_cannot_be_seen_is_said()
    {
        var results = Results(await _host.RunAsync("doctor", "--output", "json"), exitCode: 1);

        Assert.Multiple(() =>
        {
            Assert.That(results["broker"], Is.EqualTo("passed"));
            Assert.That(results["topic sessions"], Is.EqualTo("warning"), "one replica");
            Assert.That(results["authority"], Is.EqualTo("failed"));
            Assert.That(results["vault of the authority"], Is.EqualTo("passed"));
            foreach (var unseen in new[] { "settings of sessions", "key retention", "rights on sessions", "writers of authority", "clock" })
                Assert.That(results[unseen], Is.EqualTo("couldNotLook"), unseen);
        });
    }

    [Test]
    public async Task With_an_authority_nothing_fails_and_a_missing_topic_does()
    {
        var options = new CredentialAuthorityOptions { ProjectName = "other", IsDevelopment = true, Vault = new MemoryVault(), BootstrapServers = _cluster.BootstrapServers };
        options.Kafka["fetch.wait.max.ms"] = "10";
        await using var authority = CredentialAuthority.Open(options);
        await authority.StartAsync();
        _host.Write("other.json", authority.Project.ToJson());

        Results(await _host.RunAsync("doctor", "--project", "other.json", "--output", "json", "--bootstrap-server", _cluster.BootstrapServers), exitCode: 0);
        var results = Results(
            await _host.RunAsync("doctor", "--project", "other.json", "--topic", "orders", "--output", "json", "--bootstrap-server", _cluster.BootstrapServers),
            exitCode: 1);

        Assert.That(results["data topic orders"], Is.EqualTo("failed"));
    }

    [Test]
    public async Task An_unreachable_broker_is_the_first_thing_said_and_the_rest_is_not_passed_over()
    {
        (await _host.RunAsync("identity", "create", "consumer")).Succeeds();
        var run = await _host.RunAsync("doctor", "--all", "--bootstrap-server", "127.0.0.1:1");

        Assert.Multiple(() =>
        {
            Assert.That(run.ExitCode, Is.EqualTo(1));
            Assert.That(run.Output.Split('\n')[1], Does.Match("^FAILED +broker +Kafka does not answer: .*127.0.0.1:1.*refused.* → Check --bootstrap-server"));
            Assert.That(run.Output, Does.Match("ok +vault of consumer +It opens"));
            Assert.That(run.Output, Does.Match("unknown +credential of consumer +Could not look: no broker answers"));
        });
    }

    [Test]
    public async Task What_is_fine_is_one_row([Values] bool isTerminal)
    {
        _host.HasTerminal = isTerminal;
        (await _host.RunAsync("identity", "create", "consumer")).Succeeds();
        var run = await _host.RunAsync("doctor", "--bootstrap-server", _cluster.BootstrapServers);

        var rows = run.Output.Split('\n').Where(line => line.Trim('│', ' ').StartsWith("ok ", StringComparison.Ordinal)).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(rows, Has.Count.EqualTo(1), run.Output);
            Assert.That(rows[0], Does.Match(@"ok +│? *\d+ checks +│? *broker; "));
            Assert.That(run.Output, Does.Contain("vault of consumer").And.Not.Contain("It opens"));
            Assert.That(run.Output, Does.Contain("FAILED").And.Contain("→ "));
        });
    }

    [Test]
    public async Task An_identity_that_is_not_there_is_an_error() =>
        (await _host.RunAsync("doctor", "--identity", "nobody")).Fails(1, "nobody");

    private static Dictionary<string, string> Results(CliRun run, int exitCode)
    {
        Assert.That(run.ExitCode, Is.EqualTo(exitCode), run.Output + run.Error);
        return run.Json.EnumerateArray().ToDictionary(Text("check"), Text("result"));

        static Func<JsonElement, string> Text(string property) => element => element.GetProperty(property).GetString()!;
    }
}

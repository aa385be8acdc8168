using System.Text.RegularExpressions;
using Confluent.Kafka.Admin;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace E2EKafka.RealKafka.Tests.Operations;

/// <summary>Why Kafka does not serve is said within 10 s by its first cause, and not said any more within 5 s of the repair.</summary>
[TestFixture, Parallelizable(ParallelScope.All)]
public class FirstCauseTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AllClear = TimeSpan.FromSeconds(5);

    // What is wrong with the settings; the reason; what the message says of the cause and of the remedy.
    private static readonly TestCaseData[] Settings =
    [
        Case("a wrong password", FailureReason.KafkaAccessDenied, "refuses the login of User 'consumer-", "sasl.password", ("sasl.password", "wrong")),
        Case("no login", FailureReason.BrokerUnreachable, "might require SASL|SASL authentication|security.protocol", "security.protocol", ("security.protocol", "PLAINTEXT")),
        Case("TLS where there is none", FailureReason.BrokerUnreachable, "SSL handshake failed: ", "security.protocol", ("security.protocol", "SASL_SSL")),
        Case("an unknown name", FailureReason.BrokerUnreachable, "no address: .*no-such-host", "DNS", ("bootstrap.servers", "no-such-host.invalid:9092")),
        Case("a closed port", FailureReason.BrokerUnreachable, "Connection refused", "BootstrapServers", ("bootstrap.servers", "127.0.0.1:1")),
    ];

    [TestCaseSource(nameof(Settings))]
    public async Task What_is_wrong_with_the_connection_is_named(FailureReason reason, string cause, string remedy, (string Name, string Value) setting)
    {
        await using var rights = await RightsOfProject.StartAsync();
        var project = rights.Project;
        var log = new MemberLog();
        await using var member = await EndToEndKafka.ConnectAsync(Options(project, setting), log.Loggers);

        Assert.That(member.NotReady?.Reason, Is.EqualTo(reason), member.NotReady?.Message);
        Assert.That(member.NotReady!.Message, Does.Match(cause).And.Contain(remedy));
        Assert.That(log.ToString().Split('\n').Count(line => line.StartsWith("KafkaProblem", StringComparison.Ordinal)), Is.EqualTo(1), log.ToString());
        await log.SeeAsync("KafkaProblem", member.NotReady.Message);

        await using var authority = CredentialAuthority.Open(AuthorityOptions(project, setting));
        Assert.That((await Assert.ThrowsAsync<EndToEndKafkaException>(() => authority.StartAsync()))!.Reason, Is.EqualTo(reason));
        Assert.That(authority.NotServing!.Message, Does.Match(cause.Replace("consumer-", "authority-", StringComparison.Ordinal)).And.Contain(remedy));

        // The tool says the same, with its own options.
        await File.WriteAllLinesAsync(project.Tool.PathOf("wrong.config"), (await File.ReadAllLinesAsync(project.Tool.PathOf(SecuredProject.ConfigOf(SecuredProject.Operator))))
            .Select(line => Altered(line, setting)));
        var run = await project.Tool.RunAsync(
            "topics", "create", "--kafka-config", "wrong.config", "--bootstrap-server", setting.Name == "bootstrap.servers" ? setting.Value : project.Cluster.BootstrapServers);
        Assert.That(run.ExitCode, Is.EqualTo(1), run.Error);
        Assert.That(run.Error, Does.Match(cause.Replace("consumer-", "operator-", StringComparison.Ordinal)));
    }

    // As Kafka's own tools have it.
    private static string Altered(string line, (string Name, string Value) setting) =>
        setting.Name == "security.protocol" && line.StartsWith("security.protocol=", StringComparison.Ordinal) ? $"security.protocol={setting.Value}"
        : setting.Name == "sasl.password" ? Regex.Replace(line, "password=\"[^\"]*\"", $"password=\"{setting.Value}\"")
        : line;

    [Test]
    public async Task The_host_of_an_authority_that_Kafka_refuses_starts_all_the_same()
    {
        await using var rights = await RightsOfProject.StartAsync();
        var project = rights.Project;
        var wrong = AuthorityOptions(project, ("sasl.password", "wrong"));
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Services.AddCredentialAuthority(options =>
        {
            (options.ProjectName, options.ControlTopicPrefix, options.Vault, options.StartupTimeout) = (wrong.ProjectName, wrong.ControlTopicPrefix, wrong.Vault, TimeSpan.FromSeconds(7));
            foreach (var (name, value) in wrong.Kafka)
                options.Kafka[name] = value;
        });
        using var host = builder.Build();

        await host.StartAsync();
        Assert.That(host.Services.GetRequiredService<CredentialAuthority>().NotServing?.Reason, Is.EqualTo(FailureReason.KafkaAccessDenied));
        await host.StopAsync();
    }

    [Test]
    public async Task A_record_that_the_topic_does_not_take_is_named_until_it_does()
    {
        await using var rights = await RightsOfProject.StartAsync();
        var project = rights.Project;
        var members = project.Document.ControlTopics.Single(topic => topic.Name.EndsWith(".members", StringComparison.Ordinal)).Name;
        await SetMaxMessageBytesAsync("200");

        var failure = (await Assert.ThrowsAsync<EndToEndKafkaException>(() => project.JoinAsync(SecuredProject.Consumer, options => options.StartupTimeout = Soon)))!;
        Assert.That(failure.Reason, Is.EqualTo(FailureReason.ControlTopicMisconfigured), failure.Message);
        Assert.That(failure.Message, Does.Match($"record of \\d+ bytes on control topic {members}.*--add-config max.message.bytes="));

        var waiting = project.JoinAsync(SecuredProject.Consumer);
        await SetMaxMessageBytesAsync("1048588");
        await (await waiting).DisposeAsync();

        async Task SetMaxMessageBytesAsync(string value)
        {
            using var admin = project.NewAdmin();
            await admin.IncrementalAlterConfigsAsync(new Dictionary<ConfigResource, List<ConfigEntry>>
            {
                [new ConfigResource { Type = ResourceType.Topic, Name = members }] = [new ConfigEntry { Name = "max.message.bytes", Value = value, IncrementalOperation = AlterConfigOpType.Set }],
            });
        }
    }

    [Test]
    public async Task A_broker_that_goes_away_is_noticed_and_so_is_its_return([Values] bool killed)
    {
        await using var cluster = await Brokers.StartAsync();
        await using var project = await ProjectOnBroker.StartAsync(cluster.BootstrapServers);
        await using var member = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        Assert.That(member.IsReady);
        var broker = cluster.Nodes.Single();

        await (killed ? broker.KillAsync() : broker.StopAsync());
        Assert.That(SpinWait.SpinUntil(() => !member.IsReady && project.Authority.NotServing is not null, AllClear));
        Assert.That(member.NotReady!.Reason, Is.EqualTo(FailureReason.BrokerUnreachable));
        Assert.That(project.Authority.NotServing!.Message, Is.EqualTo(member.NotReady.Message));

        await broker.StartAsync();
        Assert.That(SpinWait.SpinUntil(() => member.IsReady && project.Authority.NotServing is null, AllClear), $"{member.NotReady?.Message} {project.Authority.NotServing?.Message}");
    }

    private static TestCaseData Case(string what, FailureReason reason, string cause, string remedy, (string Name, string Value) setting) =>
        new TestCaseData(reason, cause, remedy, setting).SetArgDisplayNames(what);

    private static EndToEndKafkaOptions Options(SecuredProject project, (string Name, string Value) setting)
    {
        var options = new EndToEndKafkaOptions { Project = project.Document, Ticket = project.RunningAuthority.CreateTicket(), UseInMemoryVault = true, StartupTimeout = Soon };
        foreach (var (name, value) in project.SettingsOf(project.Users[SecuredProject.Consumer]))
            options.Kafka[name] = value;
        options.Kafka[setting.Name] = setting.Value;
        return options;
    }

    private static CredentialAuthorityOptions AuthorityOptions(SecuredProject project, (string Name, string Value) setting)
    {
        var options = new CredentialAuthorityOptions { ProjectName = "other", ControlTopicPrefix = project.Name, Vault = new MemoryVault(), StartupTimeout = Soon };
        foreach (var (name, value) in project.SettingsOf(project.Users[SecuredProject.Authority]))
            options.Kafka[name] = value;
        options.Kafka[setting.Name] = setting.Value;
        return options;
    }
}

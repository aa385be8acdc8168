using E2EKafka.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace E2EKafka.Client.Tests.Hosting;

/// <summary>A host with members: what it does at its start, and what it says of its health.</summary>
[TestFixture]
public class HostTests
{
    private CollectingLog _log = null!;

    [SetUp]
    public void SetUp() => _log = new CollectingLog();

    [TearDown]
    public void TearDown() => _log.Dispose();

    [Test]
    public async Task Without_a_broker_the_host_starts_unready_and_sends_nothing()
    {
        using var project = new TestProject();
        using var host = HostWith(services => services.AddEndToEndKafka(options =>
        {
            options.Project = project.Document;
            options.BootstrapServers = "127.0.0.1:1";
            options.UseInMemoryVault = true;
            options.StartupTimeout = TimeSpan.FromMilliseconds(500);
            options.SessionTimeout = TimeSpan.FromMilliseconds(500);
        }));
        await host.StartAsync();
        var member = host.Services.GetRequiredService<EndToEndKafka>();
        var health = await HealthOf(host);

        Assert.Multiple(() =>
        {
            Assert.That(member.IsReady, Is.False);
            Assert.That(member.NotReady, Is.Not.Null);
            Assert.That(health.Status, Is.EqualTo(HealthStatus.Unhealthy));
            Assert.That(health.Description, Is.Not.Empty);
            Assert.That(_log.Lines, Has.Some.Contains(member.Identifier).And.Contains("is not ready"));
            Assert.That(
                () => member.Protector.Protect([1], new MessageContext("orders")),
                Throws.TypeOf<EndToEndKafkaException>().With.Property("Kind").EqualTo(FailureKind.Transient));
        });
        await host.StopAsync();
    }

    [Test]
    public async Task Without_a_broker_an_authoritys_host_starts_and_says_that_no_request_is_answered()
    {
        using var host = HostWith(services => services.AddCredentialAuthority(options =>
        {
            options.ProjectName = "test";
            options.BootstrapServers = "127.0.0.1:1";
            options.UseInMemoryVault = true;
            options.StartupTimeout = TimeSpan.FromMilliseconds(500);
        }));
        await host.StartAsync();
        var health = await HealthOf(host);

        Assert.Multiple(() =>
        {
            Assert.That(health.Status, Is.EqualTo(HealthStatus.Unhealthy));
            Assert.That(health.Description, Does.Contain("broker").IgnoreCase);
            Assert.That(_log.Lines, Has.Some.Contains("does not serve yet"));
        });
        await host.StopAsync();
    }

    [Test]
    public void Options_that_are_not_valid_keep_the_host_from_starting()
    {
        using var host = HostWith(services => services.AddEndToEndKafka(_ => { }));

        Assert.That(
            () => host.StartAsync(),
            Throws.TypeOf<OptionsValidationException>().With.Message.Contains("BootstrapServers").And.Message.Contains("No vault is chosen"));
    }

    [Test]
    public void A_project_file_that_is_missing_keeps_the_host_from_starting()
    {
        using var host = HostWith(services => services.AddEndToEndKafka(options =>
        {
            options.ProjectFile = "/nowhere/project.json";
            options.BootstrapServers = "127.0.0.1:1";
            options.UseInMemoryVault = true;
        }));

        Assert.That(() => host.StartAsync(), Throws.TypeOf<EndToEndKafkaException>().With.Message.Contains("/nowhere/project.json"));
    }

    [Test]
    public async Task Authority_and_members_in_one_host_start_ready_and_healthy()
    {
        using var cluster = EmbeddedCluster.Start();
        using var vault = new MemoryVault();
        var options = new CredentialAuthorityOptions { ProjectName = "test", Vault = vault, IsDevelopment = true };
        Configure(cluster, options.Kafka);

        // Creates the project, as the command-line tool would.
        string ticket;
        ProjectDocument project;
        await using (var authority = CredentialAuthority.Open(options))
        {
            (ticket, project) = (authority.CreateTicket(uses: 2), authority.Project);
            foreach (var topic in project.ControlTopics)
                cluster.CreateTopic(topic.Name, topic.Partitions);
        }

        using var host = HostWith(services =>
        {
            services.AddEndToEndKafka("producer", member => Join(member, "orders", isProducer: true));
            services.AddEndToEndKafka("consumer", member => Join(member, "orders", isProducer: false)).AddCredentialAuthority(authority =>
            {
                authority.Vault = vault;
                Configure(cluster, authority.Kafka);
            });
        });
        await host.StartAsync();
        var (producer, consumer) = (Member("producer"), Member("consumer"));
        var message = producer.Protector.Protect("hello"u8, new MessageContext("orders"));
        var opened = consumer.Protector.Open(message, new MessageContext("orders"));
        var health = await HealthOf(host);
        await host.StopAsync();

        Assert.Multiple(() =>
        {
            Assert.That(health.Status, Is.EqualTo(HealthStatus.Healthy), health.Description);
            Assert.That(opened.Plaintext.ToArray(), Is.EqualTo("hello"u8.ToArray()));
            Assert.That(opened.Origin.Producer, Is.EqualTo(producer.Identifier));
            Assert.That(producer.CredentialExpiresAt, Is.GreaterThan(TimeProvider.System.GetUtcNow()));
            Assert.That(() => producer.Protector.Protect("late"u8, new MessageContext("orders")), Throws.TypeOf<EndToEndKafkaException>(), "it has left");
            Assert.That(_log.Lines, Has.None.Contains(ticket).And.None.StartsWith("Critical"));
        });

        EndToEndKafka Member(string name) => host.Services.GetRequiredKeyedService<EndToEndKafka>(name);

        void Join(EndToEndKafkaOptions member, string topic, bool isProducer)
        {
            (member.Project, member.Ticket, member.UseInMemoryVault) = (project, ticket, true);
            (isProducer ? member.Produce : member.Consume).Add(topic);
            Configure(cluster, member.Kafka);
        }
    }

    private static void Configure(EmbeddedCluster cluster, IDictionary<string, string> kafka)
    {
        kafka["bootstrap.servers"] = cluster.BootstrapServers;
        kafka["fetch.wait.max.ms"] = "10";
    }

    private static async Task<HealthReportEntry> HealthOf(IHost host)
    {
        var report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
        return report.Entries.Values.MinBy(entry => entry.Status);
    }

    private IHost HostWith(Action<IServiceCollection> add)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<ILoggerFactory>(_log);
        add(builder.Services);
        return builder.Build();
    }
}

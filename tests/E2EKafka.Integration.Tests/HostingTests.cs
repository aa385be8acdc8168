using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace E2EKafka.Integration.Tests;

/// <summary>Members and the authority in a .NET host.</summary>
[TestFixture]
public class HostingTests
{
    private const string Topic = TestProjectOnKafka.Topic;

    [Test]
    public async Task One_host_runs_the_authority_and_members_that_enroll_with_it()
    {
        using var cluster = EmbeddedCluster.Start();
        cluster.CreateTopic(Topic, 3);
        using var host = NewHost(services =>
        {
            services.AddCredentialAuthority(options =>
            {
                options.ProjectName = "hosted";
                options.IsDevelopment = true;
                options.UseInMemoryVault = true;
                TestProjectOnKafka.Configure(cluster, options.Kafka);
            });
            foreach (var name in new[] { "producer", "consumer" })
            {
                services.AddEndToEndKafka(name, options => (name == "producer" ? options.Produce : options.Consume).Add(Topic))
                    .UseInMemoryVault()
                    .ConfigureKafkaClient(client => TestProjectOnKafka.Configure(cluster, client));
                services.AddOptions<EndToEndKafkaOptions>(name).Configure<CredentialAuthority>((options, authority) =>
                {
                    options.Project = authority.Project;
                    options.Ticket = authority.CreateTicket();
                });
            }
        });
        foreach (var topic in host.Services.GetRequiredService<CredentialAuthority>().Project.ControlTopics)
            cluster.CreateTopic(topic.Name, topic.Partitions);

        await host.StartAsync();

        // The producer was ready before its reader was there; now it takes its first session.
        await UntilAsync(host, HealthStatus.Healthy);
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = cluster.BootstrapServers })
            .SetValueSerializer(host.Services.GetRequiredKeyedService<EndToEndKafka>("producer").Encrypt(Serializers.Utf8))
            .Build();
        await producer.ProduceAsync(Topic, new Message<Null, string> { Value = "hosted" }).WaitAsync(TestProjectOnKafka.Patience);
        using var consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig
        {
            BootstrapServers = cluster.BootstrapServers, GroupId = "hosted", EnableAutoOffsetStore = false, FetchWaitMaxMs = 10,
        })
            .SetValueDeserializer(host.Services.GetRequiredKeyedService<EndToEndKafka>("consumer").Decrypt(Deserializers.Utf8))
            .Build();
        consumer.Assign(Enumerable.Range(0, 3).Select(partition => new TopicPartitionOffset(Topic, partition, Offset.Beginning)));
        using var patience = new CancellationTokenSource(TestProjectOnKafka.Patience);
        Assert.That(consumer.ConsumeDecrypted(patience.Token).Message.Value, Is.EqualTo("hosted"));
        consumer.Close();
        await host.StopAsync();
    }

    [Test]
    public async Task A_host_whose_authority_is_away_starts_unready_and_recovers_by_itself()
    {
        await using var project = TestProjectOnKafka.Create();
        var ticket = project.Authority.CreateTicket();
        using var host = NewHost(services => services.AddEndToEndKafka(options =>
        {
            options.Project = project.Authority.Project;
            options.Ticket = ticket;
            project.KeepIn("member", options);
            TestProjectOnKafka.Configure(project.Cluster, options.Kafka);
            options.Produce.Add(Topic);
            options.StartupTimeout = TimeSpan.FromSeconds(1);
            options.SessionTimeout = TimeSpan.FromSeconds(1);
        }));

        await host.StartAsync();

        var member = host.Services.GetRequiredService<EndToEndKafka>();
        var health = await HealthOf(host);
        Assert.That(health.Status, Is.EqualTo(HealthStatus.Unhealthy));
        Assert.That(health.Entries["e2ekafka"].Description, Does.Contain("authority"));
        Assert.That(member.IsReady, Is.False);
        var closed = (await Assert.ThrowsAsync<ProduceException<string, string>>(() => project.SendAsync(member, "too early")))!.InnerException;
        Assert.That((closed as EndToEndKafkaException)?.Reason, Is.EqualTo(FailureReason.NotEnrolled));
        var opening = member.Protector.OpenAsync(new byte[] { 0xFE, 0x01 }.Concat(new byte[100]).ToArray(), new MessageContext(Topic));
        Assert.That(RawKafka.Count(project.Kafka, Topic), Is.Zero);

        await project.Authority.StartAsync();

        await UntilAsync(host, HealthStatus.Healthy);
        await project.SendAsync(member, "in time");
        Assert.That(
            () => opening.WaitAsync(TestProjectOnKafka.Patience),
            Throws.TypeOf<MessageOpenException>().With.Property("Reason").EqualTo(FailureReason.UnknownSession), "nothing is refused for good before there was a look");
        await host.StopAsync();
    }

    [Test]
    public async Task A_host_whose_authority_does_not_renew_is_degraded_long_before_it_is_unhealthy()
    {
        await using var project = await TestProjectOnKafka.StartAsync();
        var clock = new ManualTimeProvider(TimeProvider.System.GetUtcNow());
        using var host = NewHost(services => services.AddEndToEndKafka(options =>
        {
            options.Project = project.Authority.Project;
            options.Ticket = project.Authority.CreateTicket();
            options.UseInMemoryVault = true;
            options.TimeProvider = clock;
            TestProjectOnKafka.Configure(project.Cluster, options.Kafka);
        }));
        await host.StartAsync();
        await UntilAsync(host, HealthStatus.Healthy);

        await project.Authority.DisposeAsync();
        clock.Advance(TimeSpan.FromHours(19));

        await UntilAsync(host, HealthStatus.Degraded);
        Assert.That((await HealthOf(host)).Entries["e2ekafka"].Description, Does.Contain("authority"));
        Assert.That(host.Services.GetRequiredService<EndToEndKafka>().IsReady);

        clock.Advance(TimeSpan.FromHours(30));

        await UntilAsync(host, HealthStatus.Unhealthy);
        await host.StopAsync();
    }

    [Test]
    public async Task A_host_with_wrong_options_does_not_start_and_says_all_that_is_wrong()
    {
        using var host = NewHost(services => services.AddEndToEndKafka(options => options.Produce.Add("orders.*")));

        var failure = (await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync()))!;

        Assert.That(failure.Failures, Has.Some.Contains("BootstrapServers").And.Some.Contains("vault").And.Some.Contains("'orders.*'"));
    }

    private static IHost NewHost(Action<IServiceCollection> configure)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        configure(builder.Services);
        return builder.Build();
    }

    private static async Task UntilAsync(IHost host, HealthStatus status)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        while (await HealthOf(host) is var health && health.Status != status)
        {
            Assert.That(
                TimeProvider.System.GetElapsedTime(startedAt), Is.LessThan(TestProjectOnKafka.Patience),
                string.Join(" ", health.Entries.Values.Select(entry => entry.Description)));
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    private static Task<HealthReport> HealthOf(IHost host) =>
        host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
}

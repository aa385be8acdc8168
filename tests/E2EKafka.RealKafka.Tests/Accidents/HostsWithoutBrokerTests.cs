using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace E2EKafka.RealKafka.Tests.Accidents;

/// <summary>Hosts that start before the broker.</summary>
[TestFixture]
public class HostsWithoutBrokerTests
{
    private const string Topic = "data";
    private static readonly TimeSpan StartupTimeout = TimeSpan.FromSeconds(6);

    [Test]
    public async Task Hosts_of_authority_and_members_start_unhealthy_without_a_broker_and_become_healthy_when_there_is_one()
    {
        await using var cluster = await Brokers.StartAsync();
        var broker = cluster.Nodes.Single();
        await broker.StopAsync();
        using var authorityHost = NewHost(services => services.AddCredentialAuthority(options =>
        {
            options.ProjectName = "hosted";
            options.UseInMemoryVault = true;
            options.IsDevelopment = true;
            options.BootstrapServers = cluster.BootstrapServers;
            options.CreateControlTopics = true;
            options.StartupTimeout = StartupTimeout;
        }));
        var authority = authorityHost.Services.GetRequiredService<CredentialAuthority>();
        using var readerHost = NewMemberHost(options => options.Consume.Add(Topic));
        using var writerHost = NewMemberHost(options => options.Produce.Add(Topic));
        IReadOnlyList<IHost> hosts = [authorityHost, readerHost, writerHost];
        var reader = readerHost.Services.GetRequiredService<EndToEndKafka>();
        var writer = writerHost.Services.GetRequiredService<EndToEndKafka>();

        await Task.WhenAll(hosts.Select(host => host.StartAsync()));
        foreach (var host in hosts)
        {
            var health = await HealthOf(host);
            Assert.That(health.Status, Is.EqualTo(HealthStatus.Unhealthy));
            Assert.That(health.Entries.Values.Single().Description, Does.Contain(cluster.BootstrapServers));
        }

        Assert.That(
            new[] { authority.NotServing, reader.NotReady, writer.NotReady }.Select(failure => failure?.Reason),
            Is.All.EqualTo(FailureReason.BrokerUnreachable));
        await broker.StartAsync();
        await Task.WhenAll(hosts.Select(UntilHealthyAsync));

        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = cluster.BootstrapServers })
            .SetValueSerializer(writer.Encrypt(Serializers.Utf8))
            .Build();
        await producer.ProduceAsync(Topic, new Message<Null, string> { Value = "hosted" }).WaitAsync(ProjectOnKafka.Patience);
        using var consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig
        {
            BootstrapServers = cluster.BootstrapServers, GroupId = "hosted", EnableAutoOffsetStore = false,
        })
            .SetValueDeserializer(reader.Decrypt(Deserializers.Utf8))
            .Build();
        consumer.Assign(new TopicPartitionOffset(Topic, 0, Offset.Beginning));
        using var patience = new CancellationTokenSource(ProjectOnKafka.Patience);
        Assert.That(consumer.ConsumeDecrypted(patience.Token).Message.Value, Is.EqualTo("hosted"));
        consumer.Close();
        await Task.WhenAll(hosts.Select(host => host.StopAsync()));

        IHost NewMemberHost(Action<EndToEndKafkaOptions> topics) => NewHost(services => services.AddEndToEndKafka(options =>
        {
            options.Project = authority.Project;
            options.Ticket = authority.CreateTicket();
            options.BootstrapServers = cluster.BootstrapServers;
            options.UseInMemoryVault = true;
            options.StartupTimeout = StartupTimeout;
            topics(options);
        }));
    }

    private static IHost NewHost(Action<IServiceCollection> configure)
    {
        var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { DisableDefaults = true });
        builder.Logging.ClearProviders();
        configure(builder.Services);
        return builder.Build();
    }

    private static async Task UntilHealthyAsync(IHost host)
    {
        var startedAt = TimeProvider.System.GetTimestamp();
        while (await HealthOf(host) is var health && health.Status != HealthStatus.Healthy)
        {
            Assert.That(
                TimeProvider.System.GetElapsedTime(startedAt), Is.LessThan(AccidentPatience.Long),
                string.Join(" ", health.Entries.Values.Select(entry => entry.Description)));
            await Task.Delay(TimeSpan.FromMilliseconds(50));
        }
    }

    private static Task<HealthReport> HealthOf(IHost host) =>
        host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();
}

using System.Text;
using Confluent.Kafka;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace E2EKafka.Integration.Tests;

/// <summary>A project whose authority serves on an embedded cluster.</summary>
internal sealed class TestProjectOnKafka : IAsyncDisposable
{
    private readonly CredentialAuthorityOptions _options;

    private TestProjectOnKafka(EmbeddedCluster cluster, CredentialAuthorityOptions options, CredentialAuthority authority)
    {
        Cluster = cluster;
        _options = options;
        Authority = authority;
    }

    public EmbeddedCluster Cluster { get; }

    public CredentialAuthority Authority { get; private set; }

    public static ILoggerFactory Loggers { get; } = NullLoggerFactory.Instance;

    public static async Task<TestProjectOnKafka> StartAsync(Action<CredentialAuthorityOptions>? configure = null)
    {
        var cluster = EmbeddedCluster.Start();
        var options = new CredentialAuthorityOptions { ProjectName = "test", Vault = new MemoryVault() };
        Configure(cluster, options.Kafka);
        configure?.Invoke(options);
        var authority = CredentialAuthority.Open(options, Loggers);
        foreach (var topic in authority.Project.ControlTopics)
            cluster.CreateTopic(topic.Name, topic.Partitions);
        await authority.StartAsync();
        return new TestProjectOnKafka(cluster, options, authority);
    }

    /// <summary>Our own clients on the embedded cluster, which answers a fetch only after its wait is over.</summary>
    public static void Configure(EmbeddedCluster cluster, IDictionary<string, string> kafka)
    {
        kafka["bootstrap.servers"] = cluster.BootstrapServers;
        kafka["fetch.wait.max.ms"] = "10";
    }

    public EndToEndKafkaOptions Options(string? ticket = null, Action<EndToEndKafkaOptions>? configure = null)
    {
        var options = new EndToEndKafkaOptions { Project = Authority.Project, Ticket = ticket ?? Authority.CreateTicket() };
        Configure(Cluster, options.Kafka);
        configure?.Invoke(options);
        if (options.Vault is null && options.VaultFile is null)
            options.UseInMemoryVault = true;
        return options;
    }

    public Task<EndToEndKafka> JoinAsync(Action<EndToEndKafkaOptions>? configure = null, IReadOnlyDictionary<string, string>? attributes = null) =>
        EndToEndKafka.ConnectAsync(Options(Authority.CreateTicket(attributes), configure), Loggers);

    public IProducer<string, string> NewProducer(EndToEndKafka member) =>
        new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = Cluster.BootstrapServers, LingerMs = 0 })
            .SetValueSerializer(member.Encrypt(Serializers.Utf8))
            .Build();

    public IConsumer<string, Verified<string>> NewConsumer(EndToEndKafka member, string topic)
    {
        var consumer = new ConsumerBuilder<string, Verified<string>>(ConsumerConfig(member.Identifier))
            .SetValueDeserializer(member.DecryptVerified(Deserializers.Utf8))
            .Build();
        consumer.Subscribe(topic);
        return consumer;
    }

    public ConsumerConfig ConsumerConfig(string group) => new()
    {
        BootstrapServers = Cluster.BootstrapServers,
        GroupId = group,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        FetchWaitMaxMs = 10,
    };

    public async Task RestartAuthorityAsync(TimeSpan? credentialLifetime = null)
    {
        await Authority.DisposeAsync();
        _options.CredentialLifetime = credentialLifetime ?? _options.CredentialLifetime;
        Authority = CredentialAuthority.Open(_options, Loggers);
        await Authority.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Authority.DisposeAsync();
        Cluster.Dispose();
    }

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);
}

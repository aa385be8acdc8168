using System.Text;
using Confluent.Kafka;
using E2EKafka.TestMember;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace E2EKafka.Integration.Tests;

/// <summary>A project whose authority serves on an embedded cluster, with one topic of three partitions.</summary>
internal sealed class TestProjectOnKafka : IAsyncDisposable
{
    public const string Topic = "demo-topic";

    /// <summary>How long a test waits for what comes in a moment on an idle machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CredentialAuthorityOptions _options;

    private TestProjectOnKafka(EmbeddedCluster cluster, CredentialAuthorityOptions options, CredentialAuthority authority)
    {
        Cluster = cluster;
        _options = options;
        Authority = authority;
        File.WriteAllText(ProjectFile, authority.Project.ToJson());
    }

    public EmbeddedCluster Cluster { get; }

    public CredentialAuthority Authority { get; private set; }

    /// <summary>Deleted with the project.</summary>
    public TemporaryFolder Folder { get; } = new();

    /// <summary>The path of project.json.</summary>
    public string ProjectFile => Folder["project.json"];

    public static ILoggerFactory Loggers { get; } = NullLoggerFactory.Instance;

    /// <summary>A project whose authority does not run yet.</summary>
    public static TestProjectOnKafka Create(Action<CredentialAuthorityOptions>? configure = null)
    {
        var cluster = EmbeddedCluster.Start();
        var options = new CredentialAuthorityOptions { ProjectName = "test", Vault = new MemoryVault() };
        Configure(cluster, options.Kafka);
        configure?.Invoke(options);
        var authority = CredentialAuthority.Open(options, Loggers);
        foreach (var topic in authority.Project.ControlTopics)
            cluster.CreateTopic(topic.Name, topic.Partitions);
        cluster.CreateTopic(Topic, 3);
        return new TestProjectOnKafka(cluster, options, authority);
    }

    public static async Task<TestProjectOnKafka> StartAsync(Action<CredentialAuthorityOptions>? configure = null)
    {
        var project = Create(configure);
        await project.Authority.StartAsync();
        return project;
    }

    /// <summary>Our own clients on the embedded cluster, which answers a fetch only after its wait is over.</summary>
    public static void Configure(EmbeddedCluster cluster, IDictionary<string, string> kafka)
    {
        kafka["bootstrap.servers"] = cluster.BootstrapServers;
        kafka["fetch.wait.max.ms"] = "10";
    }

    /// <inheritdoc cref="Configure(EmbeddedCluster, IDictionary{string, string})"/>
    public static void Configure(EmbeddedCluster cluster, ClientConfig kafka)
    {
        kafka.BootstrapServers = cluster.BootstrapServers;
        kafka.Set("fetch.wait.max.ms", "10");
    }

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public EndToEndKafkaOptions Options(string? ticket, Action<EndToEndKafkaOptions>? configure = null)
    {
        var options = new EndToEndKafkaOptions { Project = Authority.Project, Ticket = ticket };
        Configure(Cluster, options.Kafka);
        configure?.Invoke(options);
        if (options.Vault is null && options.VaultFile is null)
            options.UseInMemoryVault = true;
        return options;
    }

    public Task<EndToEndKafka> JoinAsync(Action<EndToEndKafkaOptions>? configure = null, IReadOnlyDictionary<string, string>? attributes = null) =>
        ConnectAsync(Authority.CreateTicket(attributes), configure);

    public Task<EndToEndKafka> ConnectAsync(string? ticket, Action<EndToEndKafkaOptions>? configure = null) =>
        EndToEndKafka.ConnectAsync(Options(ticket, configure), Loggers);

    /// <summary>Has a member's keys in a file.</summary>
    public void KeepIn(string vault, EndToEndKafkaOptions options)
    {
        options.VaultFile = Folder[vault];
        options.VaultKeyFile = MemberSettings.KeyFileOf(options.VaultFile);
    }

    /// <summary>For a member in a process of its own.</summary>
    public MemberSettings Settings(MemberRole role, string? ticket) => new()
    {
        BootstrapServers = Cluster.BootstrapServers,
        ProjectFile = ProjectFile,
        Role = role,
        Topic = Topic,
        Ticket = ticket,
    };

    public IProducer<string, string> NewProducer(EndToEndKafka member) =>
        new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = Cluster.BootstrapServers, LingerMs = 0 })
            .SetValueSerializer(member.Encrypt(Serializers.Utf8))
            .SetLogHandler(static (_, _) => { })
            .Build();

    /// <summary>Sends one message and waits until the broker has it.</summary>
    public async Task SendAsync(EndToEndKafka member, string value, int partition = 0)
    {
        using var producer = NewProducer(member);
        await producer.ProduceAsync(new TopicPartition(Topic, partition), new Message<string, string> { Key = "key", Value = value }).WaitAsync(Patience);
    }

    public TestReader NewReader(EndToEndKafka member) => new(this, member);

    public ConsumerConfig ConsumerConfig(string group) => new()
    {
        BootstrapServers = Cluster.BootstrapServers,
        GroupId = group,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        EnableAutoOffsetStore = false, // ConsumeDecrypted asks for that
        FetchWaitMaxMs = 10,
    };

    /// <summary>The records of one type on the control topics.</summary>
    public IReadOnlyList<Jws> ControlRecords(string type) =>
    [
        .. RawKafka.ReadAll(Cluster)
            .Where(record => record.Topic != Topic)
            .Select(record => Jws.TryParse(record.Message.Value))
            .OfType<Jws>()
            .Where(jws => jws.Type == type)
    ];

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
        Folder.Dispose();
    }
}

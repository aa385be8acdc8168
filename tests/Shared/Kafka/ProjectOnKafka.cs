using System.Text;
using Confluent.Kafka;
using E2EKafka.TestMember;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace E2EKafka.Tests;

/// <summary>A project whose authority serves on a Kafka, with one data topic.</summary>
internal abstract class ProjectOnKafka : IAsyncDisposable
{
    /// <summary>How long a test waits for what comes in a moment on an idle machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CredentialAuthorityOptions _options;
    private int _vaults;

    /// <param name="kafka">What librdkafka needs to reach the broker, <c>bootstrap.servers</c> included.</param>
    /// <param name="dataTopic">The data topic.</param>
    /// <param name="partitions">How many partitions it has.</param>
    /// <param name="options">The authority's.</param>
    protected ProjectOnKafka(IReadOnlyDictionary<string, string> kafka, string dataTopic, int partitions, CredentialAuthorityOptions options)
    {
        ClientSettings = kafka;
        DataTopic = dataTopic;
        Partitions = partitions;
        _options = options;
        foreach (var (name, value) in kafka)
            options.Kafka[name] = value;
        Authority = CredentialAuthority.Open(options, Loggers);
        File.WriteAllText(ProjectFile, Authority.Project.ToJson());
    }

    public static ILoggerFactory Loggers { get; } = NullLoggerFactory.Instance;

    public IReadOnlyDictionary<string, string> ClientSettings { get; }

    /// <inheritdoc cref="ClientSettings"/>
    public ClientConfig Kafka => new(ClientSettings.ToDictionary());

    public string DataTopic { get; }

    public int Partitions { get; }

    public CredentialAuthority Authority { get; private set; }

    /// <summary>Deleted with the project.</summary>
    public TemporaryFolder Folder { get; } = new();

    /// <summary>The path of project.json.</summary>
    public string ProjectFile => Folder["project.json"];

    public static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public EndToEndKafkaOptions Options(string? ticket, Action<EndToEndKafkaOptions>? configure = null)
    {
        var options = new EndToEndKafkaOptions { Project = Authority.Project, Ticket = ticket };
        foreach (var (name, value) in ClientSettings)
            options.Kafka[name] = value;
        configure?.Invoke(options);
        if (options.Vault is not null || options.VaultFile is not null)
            return options;

        // Outside of development a vault in memory is no lasting reader.
        if (Authority.Project.IsDevelopment)
            options.UseInMemoryVault = true;
        else
            KeepIn($"member-{Interlocked.Increment(ref _vaults)}", options);
        return options;
    }

    public Task<EndToEndKafka> JoinAsync(Action<EndToEndKafkaOptions>? configure = null, IReadOnlyDictionary<string, string>? attributes = null) =>
        ConnectAsync(Authority.CreateTicket(attributes), configure);

    /// <summary>Connects a member that must be ready.</summary>
    /// <exception cref="EndToEndKafkaException">It is not, after its start-up timeout.</exception>
    public Task<EndToEndKafka> ConnectAsync(string? ticket, Action<EndToEndKafkaOptions>? configure = null) =>
        ConnectReadyAsync(Options(ticket, configure), Loggers);

    /// <inheritdoc cref="ConnectAsync"/>
    public static async Task<EndToEndKafka> ConnectReadyAsync(EndToEndKafkaOptions options, ILoggerFactory? loggers)
    {
        var member = await EndToEndKafka.ConnectAsync(options, loggers);
        try
        {
            // It may have been ready, and be between two sessions now.
            await member.WaitUntilReadyAsync(TimeSpan.FromSeconds(15));
            return member;
        }
        catch
        {
            await member.DisposeAsync();
            throw;
        }
    }

    /// <summary>Has a member's keys in a file.</summary>
    public void KeepIn(string vault, EndToEndKafkaOptions options)
    {
        options.VaultFile = Folder[vault];
        options.VaultKeyFile = MemberSettings.KeyFileOf(options.VaultFile);
    }

    /// <summary>For a member in a process of its own.</summary>
    public virtual MemberSettings Settings(MemberRole role, string? ticket) => new()
    {
        Kafka = ClientSettings,
        ProjectFile = ProjectFile,
        Role = role,
        Topic = DataTopic,
        Ticket = ticket,
    };

    public IProducer<string, string> NewProducer(EndToEndKafka member, Action<ProducerConfig>? configure = null)
    {
        var config = new ProducerConfig(Kafka) { LingerMs = 0 };
        configure?.Invoke(config);
        return new ProducerBuilder<string, string>(config)
            .SetValueSerializer(member.Encrypt(Serializers.Utf8))
            .SetLogHandler(static (_, _) => { })
            .Build();
    }

    /// <summary>Sends one message and waits until the broker has it.</summary>
    public async Task SendAsync(EndToEndKafka member, string value, int partition = 0)
    {
        using var producer = NewProducer(member);
        await producer.ProduceAsync(new TopicPartition(DataTopic, partition), new Message<string, string> { Key = "key", Value = value }).WaitAsync(Patience);
    }

    public TestReader NewReader(EndToEndKafka member) => new(this, member);

    public ConsumerConfig ConsumerConfig(string group) => new(Kafka)
    {
        GroupId = group,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        EnableAutoOffsetStore = false, // ConsumeDecrypted asks for that
        FetchWaitMaxMs = 10,
    };

    public async Task RestartAuthorityAsync(TimeSpan? credentialLifetime = null)
    {
        await Authority.DisposeAsync();
        _options.CredentialLifetime = credentialLifetime ?? _options.CredentialLifetime;
        Authority = CredentialAuthority.Open(_options, Loggers);
        await Authority.StartAsync();
    }

    public virtual async ValueTask DisposeAsync()
    {
        await Authority.DisposeAsync();
        Folder.Dispose();
    }
}

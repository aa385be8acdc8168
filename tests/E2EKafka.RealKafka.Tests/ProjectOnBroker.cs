using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace E2EKafka.RealKafka.Tests;

/// <summary>A project on a real broker, with topics of its own, whose names no other test has.</summary>
internal sealed class ProjectOnBroker : ProjectOnKafka
{
    private ProjectOnBroker(IReadOnlyDictionary<string, string> kafka, string name, int partitions, CredentialAuthorityOptions options)
        : base(kafka, $"{name}-data", partitions, options)
    {
    }

    /// <summary>A project whose authority does not run yet, and which has no topics.</summary>
    /// <param name="bootstrapServers">The broker.</param>
    /// <param name="partitions">Of the data topic.</param>
    /// <param name="configure">Changes the authority's options.</param>
    public static ProjectOnBroker Create(string bootstrapServers, int partitions = 3, Action<CredentialAuthorityOptions>? configure = null)
    {
        var name = $"test-{Guid.NewGuid():N}";
        var options = new CredentialAuthorityOptions
        {
            ProjectName = "test", Vault = new MemoryVault(), ControlTopicPrefix = name, CreateControlTopics = true,
            StartupTimeout = Patience,
        };
        configure?.Invoke(options);
        return new ProjectOnBroker(new Dictionary<string, string> { ["bootstrap.servers"] = bootstrapServers }, name, partitions, options);
    }

    /// <summary>A project whose authority serves.</summary>
    /// <param name="bootstrapServers">The broker.</param>
    /// <param name="partitions">Of the data topic.</param>
    /// <param name="topicSettings">Of the data topic.</param>
    /// <param name="configure">Changes the authority's options.</param>
    public static async Task<ProjectOnBroker> StartAsync(
        string bootstrapServers, int partitions = 3, Dictionary<string, string>? topicSettings = null, Action<CredentialAuthorityOptions>? configure = null)
    {
        var project = Create(bootstrapServers, partitions, configure);
        try
        {
            await project.CreateTopicAsync(project.DataTopic, partitions, topicSettings);
            await project.Authority.StartAsync();
            return project;
        }
        catch
        {
            await project.DisposeAsync();
            throw;
        }
    }

    /// <summary>A project on the broker that all tests share.</summary>
    public static async Task<ProjectOnBroker> StartSharedAsync(
        int partitions = 3, Dictionary<string, string>? topicSettings = null, Action<CredentialAuthorityOptions>? configure = null) =>
        await StartAsync((await Brokers.SharedAsync()).BootstrapServers, partitions, topicSettings, configure);

    public IAdminClient NewAdmin() => new AdminClientBuilder(new AdminClientConfig(Kafka)).SetLogHandler(static (_, _) => { }).Build();

    /// <summary>Creates a topic with the broker's default replication.</summary>
    public async Task CreateTopicAsync(string topic, int partitions = 1, Dictionary<string, string>? settings = null)
    {
        using var admin = NewAdmin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = -1, Configs = settings ?? [] }]);
    }
}

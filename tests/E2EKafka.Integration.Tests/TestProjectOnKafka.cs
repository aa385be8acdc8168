using Confluent.Kafka;
using E2EKafka.TestMember;

namespace E2EKafka.Integration.Tests;

/// <summary>A project whose authority serves on an embedded cluster, with one topic of three partitions.</summary>
internal sealed class TestProjectOnKafka : ProjectOnKafka
{
    public const string Topic = "demo-topic";

    private TestProjectOnKafka(EmbeddedCluster cluster, CredentialAuthorityOptions options)
        : base(SettingsOf(cluster), Topic, 3, options) => Cluster = cluster;

    public EmbeddedCluster Cluster { get; }

    /// <summary>A project whose authority does not run yet.</summary>
    public static TestProjectOnKafka Create(Action<CredentialAuthorityOptions>? configure = null)
    {
        var options = new CredentialAuthorityOptions { ProjectName = "test", Vault = new MemoryVault(), IsDevelopment = true };
        configure?.Invoke(options);
        var cluster = EmbeddedCluster.Start();
        var project = new TestProjectOnKafka(cluster, options);
        foreach (var topic in project.Authority.Project.ControlTopics)
            cluster.CreateTopic(topic.Name, topic.Partitions);
        cluster.CreateTopic(Topic, project.Partitions);
        return project;
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
        foreach (var (name, value) in SettingsOf(cluster))
            kafka[name] = value;
    }

    /// <inheritdoc cref="Configure(EmbeddedCluster, IDictionary{string, string})"/>
    public static void Configure(EmbeddedCluster cluster, ClientConfig kafka)
    {
        foreach (var (name, value) in SettingsOf(cluster))
            kafka.Set(name, value);
    }

    // The mock cluster does not check sequence numbers: behind a request that a test made fail, it takes the next one, and librdkafka
    // concludes that the failed one was taken as well.
    public override MemberSettings Settings(MemberRole role, string? ticket) => base.Settings(role, ticket) with
    {
        Kafka = new Dictionary<string, string>(ClientSettings) { ["max.in.flight.requests.per.connection"] = "1" },
    };

    /// <summary>The records of one type on the control topics.</summary>
    public IReadOnlyList<Jws> ControlRecordJudge(string type) =>
    [
        .. Authority.Project.ControlTopics
            .SelectMany(topic => RawKafka.Read(Kafka, topic.Name))
            .Select(record => Jws.TryParse(record.Message.Value))
            .OfType<Jws>()
            .Where(jws => jws.Type == type)
    ];

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Cluster.Dispose();
    }

    private static Dictionary<string, string> SettingsOf(EmbeddedCluster cluster) => new()
    {
        ["bootstrap.servers"] = cluster.BootstrapServers,
        ["fetch.wait.max.ms"] = "10",
    };
}

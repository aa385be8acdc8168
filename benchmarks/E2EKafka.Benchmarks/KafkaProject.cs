namespace E2EKafka.Benchmarks;

/// <summary>
/// A project with one producer and one consumer: the keys that are measured came through Kafka. It is embedded, or the one that
/// <see cref="BootstrapVariable"/> names, where the project's control topics stay.
/// </summary>
internal sealed class KafkaProject : IAsyncDisposable
{
    public const string SignedTopic = "signed";
    public const string MacTopic = "macs";
    public const string SharedTopic = "shared";

    /// <summary>As for the tests.</summary>
    private const string BootstrapVariable = "E2EKAFKA_TEST_BOOTSTRAP";

    private readonly EmbeddedCluster? _cluster;
    private readonly string _bootstrapServers;
    private readonly CredentialAuthority _authority;
    private EndToEndKafka _otherGroup = null!;

    private KafkaProject(EmbeddedCluster? cluster, string bootstrapServers, CredentialAuthority authority)
    {
        _cluster = cluster;
        _bootstrapServers = bootstrapServers;
        _authority = authority;
    }

    public string BootstrapServers => _bootstrapServers;

    public EndToEndKafka Producer { get; private set; } = null!;

    public EndToEndKafka Consumer { get; private set; } = null!;

    /// <param name="lifetimes">How long the producer's keys live. Default: as in applications.</param>
    public static async Task<KafkaProject> StartAsync(KeyLifetimes? lifetimes = null)
    {
        var real = Environment.GetEnvironmentVariable(BootstrapVariable);
        var cluster = string.IsNullOrEmpty(real) ? EmbeddedCluster.Start() : null;
        var bootstrapServers = cluster?.BootstrapServers ?? real!;
        var authority = CredentialAuthority.Open(new CredentialAuthorityOptions
        {
            ProjectName = "benchmarks",
            BootstrapServers = bootstrapServers,
            Kafka = { ["fetch.wait.max.ms"] = "10" },
            UseInMemoryVault = true,
            IsDevelopment = true,
            ControlTopicPrefix = $"e2ekafka-benchmarks-{Guid.NewGuid():N}",
            CreateControlTopics = true,
        });

        // The embedded Kafka knows no request to create topics.
        if (cluster is not null)
        {
            foreach (var topic in authority.Project.ControlTopics)
                cluster.CreateTopic(topic.Name, topic.Partitions);
        }

        await authority.StartAsync();
        await authority.SetPolicyAsync(Policy.AnyMember with
        {
            Topics =
            [
                new TopicRequirements { Topic = SharedTopic, Authentication = MessageAuthentication.Shared },
                new TopicRequirements
                {
                    Topic = MacTopic,
                    Authentication = MessageAuthentication.Mac,
                    ReaderGroups = new ReaderGroups { Attribute = "service", Values = ["billing", "audit"] },
                },
            ],
        });

        var project = new KafkaProject(cluster, bootstrapServers, authority);
        project.Consumer = await project.JoinAsync("billing", options => options.Consume);

        // A producer with macs waits for a reader in each group.
        project._otherGroup = await project.JoinAsync("audit", options => options.Consume);
        project.Producer = await project.JoinAsync("shop", options => options.Produce, lifetimes);
        return project;
    }

    public async ValueTask DisposeAsync()
    {
        await Producer.DisposeAsync();
        await Consumer.DisposeAsync();
        await _otherGroup.DisposeAsync();
        await _authority.DisposeAsync();
        _cluster?.Dispose();
    }

    private async Task<EndToEndKafka> JoinAsync(string service, Func<EndToEndKafkaOptions, IList<string>> topics, KeyLifetimes? lifetimes = null)
    {
        var options = new EndToEndKafkaOptions
        {
            Project = _authority.Project,
            Ticket = _authority.CreateTicket(new Dictionary<string, string> { ["service"] = service }),
            BootstrapServers = _bootstrapServers,
            Kafka = { ["fetch.wait.max.ms"] = "10" },
            UseInMemoryVault = true,
        };
        options.Lifetimes = lifetimes ?? options.Lifetimes;
        foreach (var topic in (string[])[SignedTopic, MacTopic, SharedTopic])
            topics(options).Add(topic);
        var member = await EndToEndKafka.ConnectAsync(options);
        await member.WaitUntilReadyAsync();
        return member;
    }
}

namespace E2EKafka.Benchmarks;

/// <summary>A project on an embedded Kafka with one producer and one consumer: the keys that are measured came through Kafka.</summary>
internal sealed class KafkaProject : IAsyncDisposable
{
    public const string SignedTopic = "signed";
    public const string GroupTopic = "group";

    private readonly EmbeddedCluster _cluster;
    private readonly CredentialAuthority _authority;

    private KafkaProject(EmbeddedCluster cluster, CredentialAuthority authority)
    {
        _cluster = cluster;
        _authority = authority;
    }

    public EndToEndKafka Producer { get; private set; } = null!;

    public EndToEndKafka Consumer { get; private set; } = null!;

    /// <param name="lifetimes">How long the producer's keys live. Default: as in applications.</param>
    public static async Task<KafkaProject> StartAsync(KeyLifetimes? lifetimes = null)
    {
        var cluster = EmbeddedCluster.Start();
        var authority = CredentialAuthority.Open(new CredentialAuthorityOptions
        {
            ProjectName = "benchmarks",
            BootstrapServers = cluster.BootstrapServers,
            Kafka = { ["fetch.wait.max.ms"] = "10" },
            UseInMemoryVault = true,
        });
        foreach (var topic in authority.Project.ControlTopics)
            cluster.CreateTopic(topic.Name, topic.Partitions);
        await authority.StartAsync();
        await authority.SetPolicyAsync(Policy.AnyMember with
        {
            Topics = [new TopicRequirements { Topic = GroupTopic, Authentication = MessageAuthentication.Group }],
        });

        var project = new KafkaProject(cluster, authority);
        project.Consumer = await project.JoinAsync(options => options.Consume);
        project.Producer = await project.JoinAsync(options => options.Produce, lifetimes);
        return project;
    }

    public async ValueTask DisposeAsync()
    {
        await Producer.DisposeAsync();
        await Consumer.DisposeAsync();
        await _authority.DisposeAsync();
        _cluster.Dispose();
    }

    private Task<EndToEndKafka> JoinAsync(Func<EndToEndKafkaOptions, IList<string>> topics, KeyLifetimes? lifetimes = null)
    {
        var options = new EndToEndKafkaOptions
        {
            Project = _authority.Project,
            Ticket = _authority.CreateTicket(),
            BootstrapServers = _cluster.BootstrapServers,
            Kafka = { ["fetch.wait.max.ms"] = "10" },
            UseInMemoryVault = true,
        };
        options.Lifetimes = lifetimes ?? options.Lifetimes;
        topics(options).Add(SignedTopic);
        topics(options).Add(GroupTopic);
        return EndToEndKafka.ConnectAsync(options);
    }
}

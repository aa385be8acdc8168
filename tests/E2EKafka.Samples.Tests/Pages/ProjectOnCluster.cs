using Confluent.Kafka;

namespace E2EKafka.Samples.Tests;

/// <summary>A project with its authority and data topics, on a Kafka inside the process.</summary>
internal sealed class ProjectOnCluster : IAsyncDisposable
{
    private readonly EmbeddedCluster _cluster = EmbeddedCluster.Start();
    private readonly CancellationTokenSource _patience = new(TimeSpan.FromSeconds(50));

    private ProjectOnCluster() => Authority = CredentialAuthority.Open(new CredentialAuthorityOptions
    {
        ProjectName = "orders",
        BootstrapServers = _cluster.BootstrapServers,
        Kafka = { ["fetch.wait.max.ms"] = "10" },
        UseInMemoryVault = true,
        IsDevelopment = true,
    });

    public CredentialAuthority Authority { get; }

    /// <summary>Ends a test that has waited for too long.</summary>
    public CancellationToken Patience => _patience.Token;

    public ProducerConfig ProducerConfig => new() { BootstrapServers = _cluster.BootstrapServers, LingerMs = 0 };

    public static async Task<ProjectOnCluster> StartAsync(params string[] topics)
    {
        var project = new ProjectOnCluster();
        foreach (var topic in project.Authority.Project.ControlTopics)
            project._cluster.CreateTopic(topic.Name, topic.Partitions);
        foreach (var topic in topics)
            project._cluster.CreateTopic(topic);
        await project.Authority.StartAsync(project.Patience);
        return project;
    }

    public ConsumerConfig ConsumerConfigOf(string group) => new()
    {
        BootstrapServers = _cluster.BootstrapServers,
        GroupId = group,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        FetchWaitMaxMs = 10,
    };

    public Task<EndToEndKafka> JoinAsync(Action<EndToEndKafkaOptions> topics)
    {
        var options = new EndToEndKafkaOptions
        {
            Project = ProjectDocument.Parse(Authority.Project.ToJson()),
            Ticket = Authority.CreateTicket(),
            BootstrapServers = _cluster.BootstrapServers,
            Kafka = { ["fetch.wait.max.ms"] = "10" },
            UseInMemoryVault = true,
        };
        topics(options);
        return EndToEndKafka.ConnectAsync(options, cancellationToken: Patience);
    }

    /// <summary>Sends one value to a topic.</summary>
    public async Task SendAsync<T>(string topic, T value, ISerializer<T> serializer)
    {
        using var producer = new ProducerBuilder<string, T>(ProducerConfig).SetValueSerializer(serializer).Build();
        await producer.ProduceAsync(topic, new Message<string, T> { Key = "key", Value = value }, Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await Authority.DisposeAsync();
        _cluster.Dispose();
        _patience.Dispose();
    }
}

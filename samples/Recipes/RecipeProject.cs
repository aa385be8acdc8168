using System.Security.Cryptography;
using System.Text;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace E2EKafka.Recipes;

/// <summary>What every recipe needs: a Kafka, a project with its authority, topics and members.</summary>
internal sealed class RecipeProject : IAsyncDisposable
{
    /// <summary>A recipe of a few seconds that takes longer than this has failed.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly EmbeddedCluster? _embedded;
    private readonly IAdminClient _admin;
    private readonly string _suffix;
    private readonly CancellationTokenSource _patience;

    private RecipeProject(string? bootstrapServers, TimeSpan limit)
    {
        _patience = new CancellationTokenSource(limit);
        _embedded = string.IsNullOrEmpty(bootstrapServers) ? EmbeddedCluster.Start() : null;
        _suffix = IsEmbedded ? "" : $"-{RandomNumberGenerator.GetHexString(8, lowercase: true)}"; // a user's Kafka has other runs' topics
        BootstrapServers = _embedded?.BootstrapServers ?? bootstrapServers!;
        _admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers }).SetLogHandler(static (_, _) => { }).Build();
        Authority = CredentialAuthority.Open(new CredentialAuthorityOptions
        {
            ProjectName = "recipes",
            BootstrapServers = BootstrapServers,
            Kafka = { ["fetch.wait.max.ms"] = "10" }, // the embedded Kafka answers a fetch only after its wait
            UseInMemoryVault = true,
            IsDevelopment = true, // vaults in memory count as lasting
            ControlTopicPrefix = $"e2ekafka-recipes{_suffix}",
            CreateControlTopics = true,
        });
    }

    public string BootstrapServers { get; }

    public CredentialAuthority Authority { get; }

    public bool IsEmbedded => _embedded is not null;

    public string Description => IsEmbedded ? "embedded, in this process" : $"yours, at {BootstrapServers}";

    /// <summary>Ends a recipe that waits for too long.</summary>
    public CancellationToken Patience => _patience.Token;

    public ProducerConfig ProducerConfig => new() { BootstrapServers = BootstrapServers, LingerMs = 0 };

    /// <summary>Starts the Kafka, if none is given, and the authority.</summary>
    /// <param name="bootstrapServers">A Kafka of the user's; without one it is inside this process.</param>
    /// <param name="limit">How long it may take to the end. Default: <see cref="Limit"/>.</param>
    /// <exception cref="RecipeException">No broker answers there.</exception>
    public static async Task<RecipeProject> StartAsync(string? bootstrapServers = null, TimeSpan? limit = null)
    {
        var project = new RecipeProject(bootstrapServers, limit ?? Limit);
        try
        {
            project._admin.GetMetadata(TimeSpan.FromSeconds(5));
            foreach (var topic in project.IsEmbedded ? project.Authority.Project.ControlTopics : [])
                project._embedded!.CreateTopic(topic.Name, topic.Partitions); // the authority would create them too, a second later
            await project.Authority.StartAsync(project.Patience);
            return project;
        }
        catch (KafkaException e)
        {
            await project.DisposeAsync();
            throw new RecipeException($"No Kafka broker answers at {bootstrapServers} ({e.Error.Reason}).");
        }
    }

    /// <summary>Creates a topic of this run's own.</summary>
    /// <returns>Its name, on a user's Kafka with a random part.</returns>
    public async Task<string> CreateTopicAsync(string name, int partitions = 1)
    {
        var topic = $"{name}{_suffix}";
        if (_embedded is { } cluster)
            cluster.CreateTopic(topic, partitions);
        else
            await _admin.CreateTopicsAsync([new TopicSpecification { Name = topic, NumPartitions = partitions, ReplicationFactor = -1 }]);
        return topic;
    }

    /// <summary>Joins the project as a new member.</summary>
    /// <param name="topics">Names the topics that it produces and consumes.</param>
    public Task<EndToEndKafka> JoinAsync(Action<EndToEndKafkaOptions> topics)
    {
        var options = new EndToEndKafkaOptions();
        Configure(options);
        topics(options);
        return EndToEndKafka.ConnectAsync(options, cancellationToken: Patience);
    }

    /// <summary>What a member needs to join.</summary>
    public void Configure(EndToEndKafkaOptions options)
    {
        options.Project = ProjectDocument.Parse(Authority.Project.ToJson());
        options.Ticket = Authority.CreateTicket();
        options.BootstrapServers = BootstrapServers;
        options.Kafka["fetch.wait.max.ms"] = "10";
        options.UseInMemoryVault = true;
    }

    public ConsumerConfig ConsumerConfigOf(string group) => new()
    {
        BootstrapServers = BootstrapServers,
        GroupId = $"{group}{_suffix}",
        AutoOffsetReset = AutoOffsetReset.Earliest,
        FetchWaitMaxMs = 10,
    };

    /// <summary>Sends one value, under the key <c>key</c>.</summary>
    public async Task SendAsync<T>(string topic, T value, ISerializer<T> serializer)
    {
        using var producer = new ProducerBuilder<string, T>(ProducerConfig).SetValueSerializer(serializer).Build();
        await producer.ProduceAsync(topic, new() { Key = "key", Value = value }, Patience);
    }

    /// <summary>Writes a record that no member made, as a broker can.</summary>
    public Task ForgeAsync(string topic, string value) => SendAsync(topic, value, Serializers.Utf8);

    /// <summary>Reads records as a broker holds them.</summary>
    /// <param name="topic">A topic of one partition.</param>
    /// <param name="count">How many records to wait for.</param>
    public IReadOnlyList<Message<byte[], byte[]>> ReadAsBroker(string topic, int count)
    {
        using var consumer = new ConsumerBuilder<byte[], byte[]>(ConsumerConfigOf("operator")).Build();
        consumer.Assign(new TopicPartitionOffset(topic, 0, Offset.Beginning));
        return [.. Enumerable.Range(0, count).Select(_ => consumer.Consume(Patience).Message)];
    }

    /// <summary>Fails the recipe if a topic holds a text in any record's key, value or headers.</summary>
    public void CheckNoPlaintext(string topic, int records, string text)
    {
        var searched = Encoding.UTF8.GetBytes(text);
        foreach (var record in ReadAsBroker(topic, records))
        {
            var parts = record.Headers.SelectMany(header => new[] { Encoding.UTF8.GetBytes(header.Key), header.GetValueBytes() ?? [] });
            Check(parts.Append(record.Key).Append(record.Value).All(part => part.AsSpan().IndexOf(searched) < 0), $"'{text}' is in {topic}, as plaintext.");
        }
    }

    /// <summary>Fails the recipe if something is not so.</summary>
    public static void Check(bool isSo, string problem)
    {
        if (!isSo)
            throw new RecipeException(problem);
    }

    public async ValueTask DisposeAsync()
    {
        await Authority.DisposeAsync();
        _admin.Dispose();
        _embedded?.Dispose();
        _patience.Dispose();
    }
}

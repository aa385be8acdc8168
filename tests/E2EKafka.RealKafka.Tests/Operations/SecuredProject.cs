using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace E2EKafka.RealKafka.Tests.Operations;

/// <summary>A project on the secured broker. Its authority, producers, consumers and operator are four users, who have no rights to begin with.</summary>
internal sealed class SecuredProject : IAsyncDisposable
{
    public const string Authority = "authority";
    public const string Producer = "producer";
    public const string Consumer = "consumer";

    /// <summary>Creates control topics and asks <c>doctor</c>; reads and writes no data.</summary>
    public const string Operator = "operator";

    private readonly CredentialAuthorityOptions _options;
    private readonly TemporaryFolder _folder = new();

    private SecuredProject(KafkaCluster cluster, string name, IReadOnlyDictionary<string, KafkaUser> users, CredentialAuthorityOptions options)
    {
        Cluster = cluster;
        Name = name;
        Users = users;
        _options = options;
        foreach (var (setting, value) in SettingsOf(users[Authority]))
            options.Kafka[setting] = value;
        Tool = new Tool(_folder["."]);
        using (var authority = CredentialAuthority.Open(options))
            Document = authority.Project;
        File.WriteAllText(_folder["project.json"], Document.ToJson());
        foreach (var (role, user) in users.Append(new("admin", cluster.Admin)))
            File.WriteAllText(_folder[ConfigOf(role)], user.Properties(cluster.BootstrapServers));
    }

    public KafkaCluster Cluster { get; }

    public IReadOnlyDictionary<string, KafkaUser> Users { get; }

    /// <summary>The project document as members were given it.</summary>
    public ProjectDocument Document { get; }

    /// <summary>Is in the names of its users and topics, and in no others.</summary>
    public string Name { get; }

    public string DataTopic => $"{Name}-data";

    /// <summary>Runs in a folder that has project.json and each role's properties file.</summary>
    public Tool Tool { get; }

    public MemberLog AuthorityLog { get; private set; } = new();

    public CredentialAuthority RunningAuthority { get; private set; } = null!;

    public string this[string file] => _folder[file];

    /// <summary>A project whose control topics are not there yet.</summary>
    /// <param name="partitions">Of the data topic.</param>
    /// <param name="credentialLifetime">Default: the library's.</param>
    public static async Task<SecuredProject> CreateAsync(int partitions = 1, TimeSpan? credentialLifetime = null)
    {
        var cluster = await SecuredBroker.SharedAsync();
        var name = $"test-{Guid.NewGuid():N}";
        var users = new Dictionary<string, KafkaUser>();
        foreach (var role in (string[])[Authority, Producer, Consumer, Operator])
            users[role] = await cluster.CreateUserAsync($"{role}-{name}");
        var options = new CredentialAuthorityOptions { ProjectName = "test", Vault = new MemoryVault(), ControlTopicPrefix = name, ControlPartitions = 2, StartupTimeout = ProjectOnKafka.Patience, IsDevelopment = true };
        options.CredentialLifetime = credentialLifetime ?? options.CredentialLifetime;
        var project = new SecuredProject(cluster, name, users, options);
        using var admin = project.NewAdmin();
        await admin.CreateTopicsAsync([new TopicSpecification { Name = project.DataTopic, NumPartitions = partitions, ReplicationFactor = -1 }]);
        return project;
    }

    public static string ConfigOf(string role) => $"{role}.config";

    /// <summary>What the tool prints for Kafka's own tools, for the administrator to run.</summary>
    public async Task<string> PrintTopicsAsync() => (await Tool.RunAsync(
        "topics", "print", "--topic", DataTopic, "--kafka-config", ConfigOf("admin"),
        "--authority-principal", PrincipalOf(Authority), "--producer-principal", PrincipalOf(Producer), "--consumer-principal", PrincipalOf(Consumer),
        "--operator-principal", PrincipalOf(Operator)))
        .Succeeds().Output;

    public string PrincipalOf(string role) => $"User:{Users[role].Name}";

    /// <summary>As the super user.</summary>
    public IAdminClient NewAdmin() => new AdminClientBuilder(Cluster.AdminConfig).SetLogHandler(static (_, _) => { }).Build();

    /// <summary>The rights that a role has now.</summary>
    public async Task<IReadOnlyList<AclBinding>> RightsOfAsync(string role)
    {
        using var admin = NewAdmin();
        return (await admin.DescribeAclsAsync(new AclBindingFilter
        {
            PatternFilter = new ResourcePatternFilter { Type = ResourceType.Any, ResourcePatternType = ResourcePatternType.Any },
            EntryFilter = new AccessControlEntryFilter { Principal = PrincipalOf(role), Operation = AclOperation.Any, PermissionType = AclPermissionType.Any },
        })).AclBindings;
    }

    public IReadOnlyDictionary<string, string> SettingsOf(KafkaUser user) =>
        new Dictionary<string, string>(user.ClientSettings) { ["bootstrap.servers"] = Cluster.BootstrapServers };

    public ClientConfig ClientOf(string role) => new(SettingsOf(Users[role]).ToDictionary());

    public Task<EndToEndKafka> JoinAsync(string role, Action<EndToEndKafkaOptions>? configure = null, MemberLog? log = null) =>
        ConnectAsync(role, RunningAuthority.CreateTicket(), configure, log);

    /// <summary>A member that uses Kafka as the user of a role.</summary>
    public Task<EndToEndKafka> ConnectAsync(string role, string? ticket, Action<EndToEndKafkaOptions>? configure = null, MemberLog? log = null)
    {
        var options = new EndToEndKafkaOptions { Project = Document, Ticket = ticket, StartupTimeout = ProjectOnKafka.Patience };
        foreach (var (name, value) in SettingsOf(Users[role]))
            options.Kafka[name] = value;
        (role == Producer ? options.Produce : options.Consume).Add(DataTopic);
        configure?.Invoke(options);
        options.UseInMemoryVault = options.VaultFile is null;
        return ProjectOnKafka.ConnectReadyAsync(options, log?.Loggers);
    }

    /// <summary>
    /// Starts the authority, or another process of it.
    /// </summary>
    public async Task StartAuthorityAsync(TimeSpan? startupTimeout = null)
    {
        if (RunningAuthority is not null)
            await RunningAuthority.DisposeAsync();
        _options.StartupTimeout = startupTimeout ?? ProjectOnKafka.Patience;
        AuthorityLog = new MemberLog();
        RunningAuthority = CredentialAuthority.Open(_options, AuthorityLog.Loggers);
        await RunningAuthority.StartAsync();
    }

    public async Task SendAsync(EndToEndKafka member, string value, int partition = 0)
    {
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig(ClientOf(Producer)) { LingerMs = 0 })
            .SetValueSerializer(member.Encrypt(Serializers.Utf8))
            .SetLogHandler(static (_, _) => { })
            .Build();
        await producer.ProduceAsync(new TopicPartition(DataTopic, partition), new Message<string, string> { Key = "key", Value = value }).WaitAsync(ProjectOnKafka.Patience);
    }

    /// <summary>An application's consumer of one partition, from its beginning. It commits to a group that the printed rights cover.</summary>
    public IConsumer<string, Verified<string>> NewConsumer(EndToEndKafka member, int partition = 0)
    {
        var consumer = new ConsumerBuilder<string, Verified<string>>(new ConsumerConfig(ClientOf(Consumer))
        {
            GroupId = $"e2ekafka-application-{Guid.NewGuid():N}",
            EnableAutoOffsetStore = false, // ConsumeDecrypted asks for that
            EnableAutoCommit = false,
            AllowAutoCreateTopics = false,
        }).SetValueDeserializer(member.DecryptVerified(Deserializers.Utf8)).SetLogHandler(static (_, _) => { }).Build();
        consumer.Assign(new TopicPartitionOffset(DataTopic, partition, Offset.Beginning));
        return consumer;
    }

    public static Verified<string> Next(IConsumer<string, Verified<string>> consumer)
    {
        using var patience = new CancellationTokenSource(ProjectOnKafka.Patience);
        return consumer.ConsumeDecrypted(patience.Token).Message.Value;
    }

    public async ValueTask DisposeAsync()
    {
        if (RunningAuthority is not null)
            await RunningAuthority.DisposeAsync();
        _folder.Dispose();
    }
}

using System.Buffers.Text;
using System.Diagnostics;
using System.Security.Cryptography;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace E2EKafka.TestBrokers;

/// <summary>Brokers of an Apache Kafka, in a folder of their own, on free ports. All are gone when this is disposed, or when this process ends.</summary>
public sealed class KafkaCluster : IAsyncDisposable
{
    private const int Attempts = 3;
    private static readonly TimeSpan SyncPatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan SyncInterval = TimeSpan.FromMilliseconds(200);

    private readonly KafkaClusterOptions _options;

    private KafkaCluster(KafkaHome home, KafkaClusterOptions options, string folder, IReadOnlyList<KafkaNode> nodes)
    {
        Home = home;
        _options = options;
        Folder = folder;
        Nodes = nodes;
    }

    public KafkaHome Home { get; }

    public IReadOnlyList<KafkaNode> Nodes { get; }

    public string BootstrapServers => string.Join(',', Nodes.Select(node => node.Address));

    /// <summary>A folder that is deleted with the cluster.</summary>
    public string Folder { get; }

    /// <summary>The super user of a secured cluster.</summary>
    public KafkaUser Admin { get; } = new("admin", NewPassword());

    /// <summary>What librdkafka clients of the fixture itself need.</summary>
    public AdminClientConfig AdminConfig => _options.Secured
        ? new(Admin.ClientSettings.ToDictionary()) { BootstrapServers = BootstrapServers }
        : new() { BootstrapServers = BootstrapServers };

    public static async Task<KafkaCluster> StartAsync(KafkaHome home, KafkaClusterOptions? options = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            var cluster = Create(home, options ?? new KafkaClusterOptions());
            try
            {
                await cluster.FormatAsync();
                await Task.WhenAll(cluster.Nodes.Select(node => node.StartAsync()));
                return cluster;
            }
            catch (InvalidOperationException e) when (attempt < Attempts && e.Message.Contains("Address already in use", StringComparison.Ordinal))
            {
                await cluster.DisposeAsync(); // another process took a port since we looked
            }
            catch
            {
                await cluster.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Makes a user of a secured cluster, who has no rights.</summary>
    public async Task<KafkaUser> CreateUserAsync(string name)
    {
        var user = new KafkaUser(name, NewPassword());
        using var admin = new AdminClientBuilder(AdminConfig).Build();
        await admin.AlterUserScramCredentialsAsync(
        [
            new UserScramCredentialUpsertion
            {
                User = name,
                ScramCredentialInfo = new ScramCredentialInfo { Mechanism = ScramMechanism.ScramSha512, Iterations = 4096 },
                Password = System.Text.Encoding.UTF8.GetBytes(user.Password),
                Salt = RandomNumberGenerator.GetBytes(16),
            },
        ]);
        return user;
    }

    /// <summary>The leader of a partition.</summary>
    public KafkaNode LeaderOf(string topic, int partition)
    {
        using var admin = new AdminClientBuilder(AdminConfig).Build();
        var leader = admin.GetMetadata(topic, TimeSpan.FromSeconds(30)).Topics.Single().Partitions.Single(found => found.PartitionId == partition).Leader;
        return Nodes.Single(node => node.Id == leader);
    }

    /// <summary>Returns when each partition has all its replicas in sync: then any one broker can go.</summary>
    public async Task UntilInSyncAsync()
    {
        using var admin = new AdminClientBuilder(AdminConfig).Build();
        var startedAt = TimeProvider.System.GetTimestamp();
        while (admin.GetMetadata(SyncPatience).Topics.SelectMany(topic => topic.Partitions).Any(partition => partition.InSyncReplicas.Length < partition.Replicas.Length))
        {
            if (TimeProvider.System.GetElapsedTime(startedAt) > SyncPatience)
                throw new TimeoutException("The replicas did not get in sync.");
            await Task.Delay(SyncInterval);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
            await node.DisposeAsync();
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }

    private static string NewPassword() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    // Kafka's ids: 16 bytes in base64url, which must not begin like an option of a command line.
    private static string NewUuid()
    {
        string id;
        do
            id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16));
        while (id.StartsWith('-'));
        return id;
    }

    private static KafkaCluster Create(KafkaHome home, KafkaClusterOptions options)
    {
        if (options is { Secured: true, Brokers: > 1 })
            throw new ArgumentException("A secured cluster has one broker.", nameof(options));

        var folder = Directory.CreateTempSubdirectory("e2ekafka-broker-").FullName;
        var ports = FreePorts.Take(2 * options.Brokers);
        var nodes = Enumerable.Range(1, options.Brokers)
            .Select(id => new KafkaNode(home, id, Path.Combine(folder, $"node{id}"), ports[2 * (id - 1)], ports[(2 * id) - 1]))
            .ToList();
        var cluster = new KafkaCluster(home, options, folder, nodes);
        foreach (var node in nodes)
        {
            Directory.CreateDirectory(node.Folder);
            var settings = BrokerSettings.Of(node, nodes, cluster.Admin, options);
            File.WriteAllLines(node.PropertiesFile, settings.Select(setting => $"{setting.Key}={setting.Value}"));
            File.WriteAllText(Path.Combine(node.Folder, "log4j2.properties"), BrokerSettings.Logging);
        }

        return cluster;
    }

    private async Task FormatAsync()
    {
        var cluster = NewUuid();
        var directories = Nodes.Select(_ => NewUuid()).ToList();
        foreach (var node in Nodes)
        {
            List<string> arguments =
            [
                "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", $"-Dlog4j2.configurationFile={Path.Combine(node.Folder, "log4j2.properties")}",
                "-cp", Home.Jars, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", node.PropertiesFile,
            ];
            if (Nodes.Count == 1)
                arguments.Add("--standalone");
            else
                arguments.AddRange(["--initial-controllers", string.Join(',', Nodes.Select((other, i) => $"{other.Id}@127.0.0.1:{other.ControllerPort}:{directories[i]}"))]);
            if (_options.Secured)
                arguments.AddRange(["--add-scram", $"SCRAM-SHA-512=[name={Admin.Name},password={Admin.Password}]"]);
            using var java = Process.Start(new ProcessStartInfo(KafkaHome.Java, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = await Task.WhenAll(java.StandardOutput.ReadToEndAsync(), java.StandardError.ReadToEndAsync());
            await java.WaitForExitAsync();
            if (java.ExitCode != 0)
                throw new InvalidOperationException($"The storage of broker {node.Id} could not be formatted:\n{string.Concat(output)}");
        }
    }
}

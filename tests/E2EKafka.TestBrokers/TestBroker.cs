namespace E2EKafka.TestBrokers;

/// <summary>
/// A broker without TLS and SASL, which lets its clients create topics. It comes from, in this order: the variable
/// <see cref="BootstrapVariable"/>; the Kafka distribution in <see cref="KafkaHome.Variable"/>; Testcontainers, where Docker answers.
/// </summary>
public sealed class TestBroker : IAsyncDisposable
{
    /// <summary>The addresses of a running cluster that tests may write to.</summary>
    public const string BootstrapVariable = "E2EKAFKA_TEST_BOOTSTRAP";

    private readonly IAsyncDisposable? _ours;

    private TestBroker(string bootstrapServers, string origin, IAsyncDisposable? ours)
    {
        BootstrapServers = bootstrapServers;
        Origin = origin;
        _ours = ours;
    }

    public string BootstrapServers { get; }

    /// <summary>Where it came from, in a few words.</summary>
    public string Origin { get; }

    /// <exception cref="BrokerUnavailableException">This machine offers none of the three.</exception>
    public static async Task<TestBroker> StartAsync()
    {
        if (Environment.GetEnvironmentVariable(BootstrapVariable) is { Length: > 0 } running)
            return new TestBroker(running, $"{running}, from {BootstrapVariable}", null);

        if (KafkaHome.FromEnvironment() is { } home)
        {
            var cluster = await KafkaCluster.StartAsync(home);
            return new TestBroker(cluster.BootstrapServers, $"started from {KafkaHome.Variable}", cluster);
        }

        var container = await DockerBroker.StartAsync();
        return new TestBroker(container.BootstrapServers, "started by Testcontainers", container);
    }

    public ValueTask DisposeAsync() => _ours?.DisposeAsync() ?? ValueTask.CompletedTask;
}

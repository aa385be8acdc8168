namespace E2EKafka.RealKafka.Tests.Accidents;

/// <summary>A project on three brokers, of which a test may kill some. They are started again after it.</summary>
public abstract class ThreeBrokersTests
{
    private protected KafkaCluster Cluster { get; private set; } = null!;

    private protected ProjectOnBroker Project { get; private set; } = null!;

    [OneTimeSetUp]
    public async Task StartBrokers() => Cluster = await Brokers.StartAsync(new KafkaClusterOptions
    {
        Brokers = 3,

        // A broker is given up after 6 s, not 9.
        Settings = new Dictionary<string, string> { ["broker.session.timeout.ms"] = "6000", ["broker.heartbeat.interval.ms"] = "1000" },
    });

    [OneTimeTearDown]
    public async Task StopBrokers()
    {
        if (Cluster is not null)
            await Cluster.DisposeAsync();
    }

    [SetUp]
    public async Task StartProject() =>
        Project = await ProjectOnBroker.StartAsync(Cluster.BootstrapServers, partitions: 1, configure: options => options.ControlPartitions = 1);

    [TearDown]
    public async Task StopProject()
    {
        await Task.WhenAll(Cluster.Nodes.Where(node => !node.Runs).Select(node => node.StartAsync()));
        await Project.DisposeAsync();
        await Cluster.UntilInSyncAsync();
    }
}

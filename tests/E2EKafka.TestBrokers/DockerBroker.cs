using DotNet.Testcontainers.Builders;
using Testcontainers.Kafka;

namespace E2EKafka.TestBrokers;

/// <summary>A broker in a container.</summary>
public sealed class DockerBroker : IAsyncDisposable
{
    public const string Image = "apache/kafka:4.1.0";

    private readonly KafkaContainer _container;

    private DockerBroker(KafkaContainer container) => _container = container;

    public string BootstrapServers => _container.GetBootstrapAddress();

    /// <exception cref="BrokerUnavailableException">No Docker engine answers.</exception>
    public static async Task<DockerBroker> StartAsync()
    {
        try
        {
            var container = new KafkaBuilder(Image).Build();
            await container.StartAsync();
            return new DockerBroker(container);
        }
        catch (DockerUnavailableException e)
        {
            throw new BrokerUnavailableException(
                $"No broker: {TestBroker.BootstrapVariable} and {KafkaHome.Variable} are not set, and no Docker engine answers. "
                + $"Set {KafkaHome.Variable} to an unpacked Kafka distribution. ({e.Message.Split('\n')[0].TrimEnd('.', '\r')}.)");
        }
    }

    public ValueTask DisposeAsync() => _container.DisposeAsync();
}

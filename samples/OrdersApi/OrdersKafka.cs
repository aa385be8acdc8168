using System.Security.Cryptography;
using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace E2EKafka.OrdersApi;

/// <summary>The Kafka that carries the orders: the one that configuration names, or one inside this process, which ends with it.</summary>
internal sealed class OrdersKafka : IDisposable
{
    private readonly EmbeddedCluster? _embedded;

    private OrdersKafka(string? bootstrapServers, bool outlivesUs, string? topicPrefix)
    {
        _embedded = bootstrapServers is null ? EmbeddedCluster.Start() : null;
        BootstrapServers = bootstrapServers ?? _embedded!.BootstrapServers;
        OutlivesUs = outlivesUs;
        Topic = $"{topicPrefix}orders";
        ControlTopicPrefix = $"{topicPrefix}_e2ekafka";
    }

    public string BootstrapServers { get; }

    public string Topic { get; }

    public string ControlTopicPrefix { get; }

    public bool IsEmbedded => _embedded is not null;

    /// <summary>Whether the project is still there after this process. Then its vaults must be, too.</summary>
    public bool OutlivesUs { get; }

    /// <summary><c>BootstrapServers</c>; without it the broker that <c>make sample</c> starts where KAFKA_HOME names a Kafka.</summary>
    public static OrdersKafka Find(IConfiguration configuration)
    {
        if (configuration["BootstrapServers"] is { Length: > 0 } given)
            return new OrdersKafka(given, outlivesUs: true, configuration["TopicPrefix"]);

        // A broker for tests may have served other runs: each has topics of its own.
        var forTests = configuration["E2EKAFKA_TEST_BOOTSTRAP"];
        return string.IsNullOrEmpty(forTests)
            ? new OrdersKafka(null, outlivesUs: false, topicPrefix: null)
            : new OrdersKafka(forTests, outlivesUs: false, $"orders-api-{RandomNumberGenerator.GetHexString(8, lowercase: true)}.");
    }

    /// <summary>Creates the topic of the orders, if it is missing.</summary>
    public async Task CreateTopicAsync()
    {
        using var admin = new AdminClientBuilder(new AdminClientConfig { BootstrapServers = BootstrapServers }).Build();
        try
        {
            await admin.CreateTopicsAsync([new TopicSpecification { Name = Topic, NumPartitions = 3, ReplicationFactor = -1 }]);
        }
        catch (CreateTopicsException e) when (e.Results.All(result => result.Error.Code == ErrorCode.TopicAlreadyExists))
        {
            // From an earlier start.
        }
    }

    public void Dispose() => _embedded?.Dispose();
}

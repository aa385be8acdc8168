using Confluent.Kafka;

namespace E2EKafka.QuickStart;

/// <summary>Settings of the demo's own Kafka clients.</summary>
internal static class DemoKafkaClients
{
    /// <summary>For the application's consumer: from the beginning, and nothing committed.</summary>
    public static ConsumerConfig ConsumerConfig(this IDemoKafka kafka) => new()
    {
        BootstrapServers = kafka.BootstrapServers,
        GroupId = $"{kafka.Topic}-readers",
        AutoOffsetReset = AutoOffsetReset.Earliest,
        EnableAutoOffsetStore = false, // ConsumeDecrypted asks for that
        EnableAutoCommit = false,
        FetchWaitMaxMs = 10,
    };
}

using Confluent.Kafka;

namespace E2EKafka.Cli;

/// <summary>The tool's own Kafka clients. librdkafka would write its log to standard error; what matters of it is in their exceptions.</summary>
internal static class KafkaClients
{
    public static IAdminClient Admin(KafkaSettings kafka) =>
        new AdminClientBuilder(new AdminClientConfig(new Dictionary<string, string>(kafka.All)))
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, error) => kafka.Cause.Reported(error))
            .Build();

    /// <summary>A consumer that belongs to no group and commits nothing.</summary>
    public static IConsumer<byte[]?, byte[]?> RawConsumer(KafkaSettings kafka) =>
        new ConsumerBuilder<byte[]?, byte[]?>(new ConsumerConfig(new Dictionary<string, string>(kafka.All))
        {
            // librdkafka demands a name, and asks no coordinator for it.
            GroupId = "e2ekafka-cli",
            EnableAutoCommit = false,
            EnableAutoOffsetStore = false,
            EnablePartitionEof = true,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            AllowAutoCreateTopics = false,
            IsolationLevel = IsolationLevel.ReadUncommitted,
        })
            .SetLogHandler((_, _) => { })
            .SetErrorHandler((_, error) => kafka.Cause.Reported(error))
            .Build();
}

namespace E2EKafka.TestBrokers;

/// <summary>A user of a secured cluster.</summary>
public sealed record KafkaUser(string Name, string Password)
{
    /// <summary>For librdkafka.</summary>
    public IReadOnlyDictionary<string, string> ClientSettings => new Dictionary<string, string>
    {
        ["security.protocol"] = "SASL_PLAINTEXT",
        ["sasl.mechanism"] = "SCRAM-SHA-512",
        ["sasl.username"] = Name,
        ["sasl.password"] = Password,
    };

    /// <summary>The content of a properties file for Kafka's own tools, and for <c>e2ekafka --kafka-config</c>.</summary>
    public string Properties(string bootstrapServers) => $"""
        bootstrap.servers={bootstrapServers}
        security.protocol=SASL_PLAINTEXT
        sasl.mechanism=SCRAM-SHA-512
        sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required username="{Name}" password="{Password}";

        """;
}

namespace E2EKafka.Hosting;

/// <summary>The settings of our own Kafka clients.</summary>
internal static class KafkaSettings
{
    private const string BootstrapServers = "bootstrap.servers";

    public static bool HasBrokers(string? bootstrapServers, IDictionary<string, string> kafka) =>
        !string.IsNullOrWhiteSpace(bootstrapServers) || kafka.ContainsKey(BootstrapServers);

    public static IReadOnlyDictionary<string, string> Of(string? bootstrapServers, IDictionary<string, string> kafka)
    {
        var settings = new Dictionary<string, string>(kafka);
        if (!string.IsNullOrWhiteSpace(bootstrapServers))
            settings[BootstrapServers] = bootstrapServers;
        return settings;
    }
}

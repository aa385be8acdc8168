namespace E2EKafka.Kafka;

/// <summary>The arguments of Kafka's own tools, for commands in messages.</summary>
internal static class KafkaToolArguments
{
    /// <summary>How the tools reach the Kafka of a client. What logs an operator in, only the operator has.</summary>
    public static string Of(IReadOnlyDictionary<string, string> kafka)
    {
        var isPlain = kafka.GetValueOrDefault("security.protocol", "plaintext").Equals("plaintext", StringComparison.OrdinalIgnoreCase);
        return $"--bootstrap-server {ShellWord.Of(kafka.GetValueOrDefault("bootstrap.servers", ""))}{(isPlain ? "" : " --command-config ADMIN.PROPERTIES")}";
    }
}

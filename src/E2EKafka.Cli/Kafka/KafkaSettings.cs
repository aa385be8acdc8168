namespace E2EKafka.Cli;

/// <summary>The settings of the tool's Kafka clients, with librdkafka's names.</summary>
internal sealed class KafkaSettings
{
    public const string BootstrapServersName = "bootstrap.servers";

    private KafkaSettings(string bootstrapServers, IReadOnlyDictionary<string, string> all)
    {
        BootstrapServers = bootstrapServers;
        All = all;
        Cause = new FirstCause(all, static _ => { });
    }

    public string BootstrapServers { get; }

    /// <summary>All of them, the brokers included. Some are secrets.</summary>
    public IReadOnlyDictionary<string, string> All { get; }

    /// <summary>What the tool's own clients have reported, so that a question which Kafka leaves unanswered is told with its cause.</summary>
    public FirstCause Cause { get; }

    /// <summary>The user that logs in, as Kafka calls it; <see langword="null"/> where the settings do not tell, as with a certificate.</summary>
    public string? Principal => All.TryGetValue("sasl.username", out var user) ? $"User:{user}" : null;

    /// <param name="bootstrapServers">From the command line, if it names brokers.</param>
    /// <param name="file">From a file.</param>
    /// <param name="remembered">What the project was created with, if neither names brokers.</param>
    /// <exception cref="UsageException">No brokers are named.</exception>
    public static KafkaSettings Of(string? bootstrapServers, IReadOnlyDictionary<string, string> file, Func<string?> remembered)
    {
        var brokers = bootstrapServers ?? file.GetValueOrDefault(BootstrapServersName) ?? remembered();
        if (string.IsNullOrWhiteSpace(brokers))
        {
            throw new UsageException(
                $"No Kafka brokers are named: give --bootstrap-server HOST:PORT, or put {BootstrapServersName} into the file of --kafka-config.");
        }

        return new KafkaSettings(brokers, new Dictionary<string, string>(file) { [BootstrapServersName] = brokers });
    }
}

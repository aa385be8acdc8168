using E2EKafka.Kafka;

namespace E2EKafka.Hosting;

/// <summary>The settings of our own Kafka clients.</summary>
internal static class KafkaSettings
{
    private const string BootstrapServers = "bootstrap.servers";

    public static bool HasBrokers(string? bootstrapServers, IDictionary<string, string> kafka) =>
        !string.IsNullOrWhiteSpace(bootstrapServers) || kafka.Any(setting => KafkaSettingNames.Find(setting.Key) == BootstrapServers && !string.IsNullOrWhiteSpace(setting.Value));

    /// <summary>The settings with librdkafka's names.</summary>
    public static IReadOnlyDictionary<string, string> Of(string? bootstrapServers, IDictionary<string, string> kafka)
    {
        var settings = new Dictionary<string, string>();
        foreach (var (spelling, value) in kafka)
        {
            var name = KafkaSettingNames.Find(spelling) ?? spelling;
            settings[name] = KafkaSettingNames.ValueOf(name, value);
        }

        if (!string.IsNullOrWhiteSpace(bootstrapServers))
            settings[BootstrapServers] = bootstrapServers;
        return settings;
    }

    public static KafkaAccess AccessOf(EndToEndKafkaOptions options) => new(Of(options.BootstrapServers, options.Kafka))
    {
        TokenRefreshHandler = options.OAuthBearerTokenRefreshHandler,
        TokenProvider = options.OAuthBearerTokenProvider,
        Section = options.Source.KafkaSection,
    };

    public static KafkaAccess AccessOf(CredentialAuthorityOptions options) => new(Of(options.BootstrapServers, options.Kafka))
    {
        TokenRefreshHandler = options.OAuthBearerTokenRefreshHandler,
        TokenProvider = options.OAuthBearerTokenProvider,
        Section = options.Source.KafkaSection,
    };

    /// <summary>What is wrong with settings, before a client is made. A setting that has no effect could be the one that switches TLS on. Never says a value.</summary>
    public static IEnumerable<string> Problems(IDictionary<string, string> kafka, OptionSource source)
    {
        var seen = new Dictionary<string, string>();
        foreach (var (spelling, value) in kafka)
        {
            var place = source.OfKafka(spelling);
            if (KafkaSettingNames.Find(spelling) is not { } name)
            {
                yield return $"{place} is no setting of librdkafka. {(KafkaSettingNames.Nearest(spelling) is { } near ? $"Did you mean {source.OfKafka(near)}?" : "Correct its name, or leave it out.")}";
                continue;
            }

            if (!seen.TryAdd(name, spelling))
                yield return $"{place} is the same setting as {source.OfKafka(seen[name])}. Leave one of them out.";
            else if (Problem(name, value) is { } problem)
                yield return $"{place} {problem}";
        }
    }

    private static string? Problem(string name, string? value)
    {
        if (name == "transactional.id")
            return "belongs to a producer of your own: the clients of the control topics are not transactional, and would end that producer's transactions. Leave it out.";
        if (string.IsNullOrWhiteSpace(value))
            return "is empty. Give it a value, or leave it out.";
        if (value[^1] is '\n' or '\r' && !name.EndsWith(".pem", StringComparison.Ordinal))
            return "ends in a line break, which would count. Remove it.";
        if (KafkaSettingNames.WordsOf(name) is { } words && !words.Contains(KafkaSettingNames.ValueOf(name, value), StringComparer.OrdinalIgnoreCase))
            return $"has a value that there is not. Set it to {string.Join(", ", words.SkipLast(1))} or {words[^1]}.";
        return name.EndsWith(".location", StringComparison.Ordinal) ? ProblemOfFile(name, value) : null;
    }

    private static string? ProblemOfFile(string name, string path)
    {
        // librdkafka looks for certificates by itself where it is told to.
        if (name == "ssl.ca.location" && path == "probe")
            return null;
        if (FilePaths.Problem(path) is { } problem)
            return problem;

        // Certificate authorities and revocation lists may be files of a folder. An engine is found in the search path of libraries.
        var mayBeFolder = name is "ssl.ca.location" or "ssl.crl.location" or "https.ca.location";
        return name == "ssl.engine.location" || File.Exists(path) || mayBeFolder && Directory.Exists(path)
            ? null
            : $"names {(Directory.Exists(path) ? "a folder" : "a file that does not exist, or that this process may not see")}: '{Path.GetFullPath(path)}'. Put the file there, or correct the path.";
    }
}

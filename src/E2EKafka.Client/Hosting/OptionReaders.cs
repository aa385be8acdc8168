using E2EKafka.Kafka;
using Microsoft.Extensions.Configuration;
using OfAuthorityOptions = E2EKafka.Hosting.OptionReader<E2EKafka.CredentialAuthorityOptions>;
using OfMemberOptions = E2EKafka.Hosting.OptionReader<E2EKafka.EndToEndKafkaOptions>;

namespace E2EKafka.Hosting;

/// <summary>
/// Fills options from a section of configuration, once. A name that is no option is told, as is a value that its option does not take: a mistyped
/// name would leave an option unset that protects something.
/// </summary>
internal static class OptionReaders
{
    private const int ShownNames = 5;

    /// <summary>The options of a member. A test holds the names to the properties.</summary>
    public static IReadOnlyDictionary<string, OfMemberOptions> OfMember { get; } =
        new Dictionary<string, OfMemberOptions>(StringComparer.OrdinalIgnoreCase)
        {
            [nameof(EndToEndKafkaOptions.ProjectFile)] = OfMemberOptions.Text((options, path) => options.ProjectFile = path),
            [nameof(EndToEndKafkaOptions.Project)] = OfMemberOptions.Object(),
            [nameof(EndToEndKafkaOptions.BootstrapServers)] = OfMemberOptions.Text((options, brokers) => options.BootstrapServers = brokers),
            [nameof(EndToEndKafkaOptions.Kafka)] = OfMemberOptions.Settings(options => options.Kafka),
            [nameof(EndToEndKafkaOptions.OAuthBearerTokenRefreshHandler)] = OfMemberOptions.Object(),
            [nameof(EndToEndKafkaOptions.OAuthBearerTokenProvider)] = OfMemberOptions.Object(),
            [nameof(EndToEndKafkaOptions.Ticket)] = OfMemberOptions.Text((options, ticket) => options.Ticket = ticket, keepsEmpty: true),
            [nameof(EndToEndKafkaOptions.TicketFile)] = OfMemberOptions.Text((options, path) => options.TicketFile = path, keepsEmpty: true),
            [nameof(EndToEndKafkaOptions.VaultFile)] = OfMemberOptions.Text((options, path) => options.VaultFile = path),
            [nameof(EndToEndKafkaOptions.VaultKeyFile)] = OfMemberOptions.Text((options, path) => options.VaultKeyFile = path),
            [nameof(EndToEndKafkaOptions.VaultKeyEnvironmentVariable)] = OfMemberOptions.Text((options, name) => options.VaultKeyEnvironmentVariable = name),
            [nameof(EndToEndKafkaOptions.UseInMemoryVault)] = OfMemberOptions.Flag((options, isSet) => options.UseInMemoryVault = isSet),
            [nameof(EndToEndKafkaOptions.VaultKeyProvider)] = OfMemberOptions.Object(),
            [nameof(EndToEndKafkaOptions.Vault)] = OfMemberOptions.Object(),
            [nameof(EndToEndKafkaOptions.Produce)] = OfMemberOptions.List(options => options.Produce),
            [nameof(EndToEndKafkaOptions.Consume)] = OfMemberOptions.List(options => options.Consume),
            [nameof(EndToEndKafkaOptions.AcceptedTopics)] = OfMemberOptions.Lists(options => options.AcceptedTopics),
            [nameof(EndToEndKafkaOptions.CreateControlTopics)] = OfMemberOptions.Flag((options, isSet) => options.CreateControlTopics = isSet),
            [nameof(EndToEndKafkaOptions.StartupTimeout)] = OfMemberOptions.Duration((options, time) => options.StartupTimeout = time),
            [nameof(EndToEndKafkaOptions.SessionTimeout)] = OfMemberOptions.Duration((options, time) => options.SessionTimeout = time),
            [nameof(EndToEndKafkaOptions.IncludeInnerMessages)] = OfMemberOptions.Flag((options, isSet) => options.IncludeInnerMessages = isSet),
            [nameof(EndToEndKafkaOptions.AnswersCommandLine)] = OfMemberOptions.Flag((options, isSet) => options.AnswersCommandLine = isSet),
            [nameof(EndToEndKafkaOptions.TimeProvider)] = OfMemberOptions.Object(),
        };

    /// <summary>The options of an authority.</summary>
    public static IReadOnlyDictionary<string, OfAuthorityOptions> OfAuthority { get; } =
        new Dictionary<string, OfAuthorityOptions>(StringComparer.OrdinalIgnoreCase)
        {
            [nameof(CredentialAuthorityOptions.ProjectName)] = OfAuthorityOptions.Text((options, name) => options.ProjectName = name),
            [nameof(CredentialAuthorityOptions.BootstrapServers)] = OfAuthorityOptions.Text((options, brokers) => options.BootstrapServers = brokers),
            [nameof(CredentialAuthorityOptions.Kafka)] = OfAuthorityOptions.Settings(options => options.Kafka),
            [nameof(CredentialAuthorityOptions.OAuthBearerTokenRefreshHandler)] = OfAuthorityOptions.Object(),
            [nameof(CredentialAuthorityOptions.OAuthBearerTokenProvider)] = OfAuthorityOptions.Object(),
            [nameof(CredentialAuthorityOptions.VaultFile)] = OfAuthorityOptions.Text((options, path) => options.VaultFile = path),
            [nameof(CredentialAuthorityOptions.VaultKeyFile)] = OfAuthorityOptions.Text((options, path) => options.VaultKeyFile = path),
            [nameof(CredentialAuthorityOptions.VaultKeyEnvironmentVariable)] = OfAuthorityOptions.Text((options, name) => options.VaultKeyEnvironmentVariable = name),
            [nameof(CredentialAuthorityOptions.UseInMemoryVault)] = OfAuthorityOptions.Flag((options, isSet) => options.UseInMemoryVault = isSet),
            [nameof(CredentialAuthorityOptions.VaultKeyProvider)] = OfAuthorityOptions.Object(),
            [nameof(CredentialAuthorityOptions.Vault)] = OfAuthorityOptions.Object(),
            [nameof(CredentialAuthorityOptions.ControlTopicPrefix)] = OfAuthorityOptions.Text((options, prefix) => options.ControlTopicPrefix = prefix),
            [nameof(CredentialAuthorityOptions.ControlPartitions)] = OfAuthorityOptions.Number((options, count) => options.ControlPartitions = count),
            [nameof(CredentialAuthorityOptions.IsDevelopment)] = OfAuthorityOptions.Flag((options, isSet) => options.IsDevelopment = isSet),
            [nameof(CredentialAuthorityOptions.KeyAlgorithm)] = OfAuthorityOptions.Text((options, name) => options.KeyAlgorithm = name),
            [nameof(CredentialAuthorityOptions.CreateControlTopics)] = OfAuthorityOptions.Flag((options, isSet) => options.CreateControlTopics = isSet),
            [nameof(CredentialAuthorityOptions.CredentialLifetime)] = OfAuthorityOptions.Duration((options, time) => options.CredentialLifetime = time),
            [nameof(CredentialAuthorityOptions.StartupTimeout)] = OfAuthorityOptions.Duration((options, time) => options.StartupTimeout = time),
            [nameof(CredentialAuthorityOptions.AnswersCommandLine)] = OfAuthorityOptions.Flag((options, isSet) => options.AnswersCommandLine = isSet),
            [nameof(CredentialAuthorityOptions.TimeProvider)] = OfAuthorityOptions.Object(),
        };

    public static void Fill(EndToEndKafkaOptions options, IConfiguration configuration) =>
        options.Source = options.Source.Then(Read(options, configuration, OfMember));

    public static void Fill(CredentialAuthorityOptions options, IConfiguration configuration) =>
        options.Source = options.Source.Then(Read(options, configuration, OfAuthority));

    private static OptionSource Read<T>(T options, IConfiguration configuration, IReadOnlyDictionary<string, OptionReader<T>> readers)
    {
        var path = (configuration as IConfigurationSection)?.Path ?? "";
        List<string> problems = [];
        var (children, unknown) = (0, 0);
        foreach (var child in configuration.GetChildren())
        {
            children++;
            if (readers.TryGetValue(child.Key, out var reader))
                problems.AddRange(reader.Read(options, child));
            else if (++unknown <= ShownNames)
                problems.Add(ProblemOfName(child, path, readers.Keys));
        }

        if (unknown > ShownNames)
            problems.Add($"{unknown - ShownNames} more names are no options. Pass the section that has these options alone: GetSection(\"…\").");
        if (configuration is IConfigurationSection { Value: { Length: > 0 } })
            problems.Add($"{path} is one value, and not a section with options.");
        return new OptionSource(path, children > 0, problems);
    }

    private static string ProblemOfName(IConfigurationSection child, string path, IEnumerable<string> names) => NearestName.Of(child.Key, names) is { } near
        ? $"{child.Path} is no option. Did you mean {(path.Length == 0 ? near : $"{path}:{near}")}?"
        : $"{child.Path} is no option. Leave it out, or set one of {string.Join(", ", names)}.";
}

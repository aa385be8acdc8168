using Confluent.Kafka;
using E2EKafka.Cryptography;
using E2EKafka.Hosting;
using E2EKafka.KeyExchange;
using E2EKafka.Records;

namespace E2EKafka;

/// <summary>How a project's authority runs.</summary>
public sealed class CredentialAuthorityOptions
{
    /// <summary>The project's name, 1 to 100 characters. Needed when the vault is new: the project is then created. Default: none.</summary>
    public string? ProjectName { get; set; }

    /// <summary>The brokers, as in <c>bootstrap.servers</c>. Required, here or in <see cref="Kafka"/>.</summary>
    public string? BootstrapServers { get; set; }

    /// <summary>
    /// Further settings of the Kafka clients (security, timeouts), with librdkafka's names or those of Confluent.Kafka's
    /// properties. A name that is neither ends the start. Default: none.
    /// </summary>
    public IDictionary<string, string> Kafka { get; } = new Dictionary<string, string>();

    /// <summary>
    /// Sets a token of SASL OAUTHBEARER on a client, as with Confluent.Kafka's <c>SetOAuthBearerTokenRefreshHandler</c>: given the client and
    /// <c>sasl.oauthbearer.config</c>, it calls <c>OAuthBearerSetToken</c>. Runs on a thread that must not wait for long; what it throws is told as
    /// the cause. Reaches every client that the library makes. Default: none; <see cref="OAuthBearerTokenProvider"/> may wait.
    /// </summary>
    public Action<IClient, string>? OAuthBearerTokenRefreshHandler { get; set; }

    /// <summary>
    /// Gives a token of SASL OAUTHBEARER, asynchronously: given <c>sasl.oauthbearer.config</c>, within 30 s. Each client that the library makes asks
    /// for one at its start and when four fifths of its life are over, and 10 s after a failure, which is told as the cause. Default: none.
    /// </summary>
    public Func<string, CancellationToken, Task<OAuthBearerToken>>? OAuthBearerTokenProvider { get; set; }

    /// <summary>The vault's file, made if missing. It holds the authority's keys: back it up. Default: none; say either this, <see cref="UseInMemoryVault"/> or <see cref="Vault"/>.</summary>
    public string? VaultFile { get; set; }

    /// <summary>The file that has the vault's key: 32 random bytes in base64. Made, readable by this user alone, if it and the vault are both missing. Default: none.</summary>
    public string? VaultKeyFile { get; set; }

    /// <summary>The environment variable that has the vault's key: 32 random bytes in base64. Default: none.</summary>
    public string? VaultKeyEnvironmentVariable { get; set; }

    /// <summary>Has the vault's key, in place of a file or an environment variable: <see cref="E2EKafka.VaultKeyProvider"/> has some. Default: none.</summary>
    public IVaultKeyProvider? VaultKeyProvider { get; set; }

    /// <summary>Whether the authority's keys are kept in memory only, so that the project ends with the process. For tests and demonstrations. Default <see langword="false"/>.</summary>
    public bool UseInMemoryVault { get; set; }

    /// <summary>A vault of the application's own, which the application disposes. Default: none.</summary>
    public IVaultStore? Vault { get; set; }

    /// <summary>What the names of a new project's control topics begin with. Default <c>_e2ekafka</c>.</summary>
    public string ControlTopicPrefix { get; set; } = ControlTopicLayout.DefaultPrefix;

    /// <summary>How many partitions a new project's <c>sessions</c> and <c>grants</c> topics have, so that members need not read those of all topics. Default 8. Fixed for the life of the project.</summary>
    public int ControlPartitions { get; set; } = ControlTopicLayout.DefaultPartitions;

    /// <summary>
    /// Whether a new project is for development: members with a vault in memory count as readers that keep their keys, members may create
    /// control topics, no clock is compared with the broker's, and no key is destroyed before its process ends. Needed on the embedded Kafka,
    /// which does not stamp records. Every start logs a warning that says so. Fixed for the life of the project. Default <see langword="false"/>.
    /// </summary>
    public bool IsDevelopment { get; set; }

    /// <summary>
    /// The key algorithm of a new project, one of <see cref="KeyAlgorithms"/>: what session keys are sealed with. Default <c>mlkem768-p256</c>,
    /// which keeps what lies on Kafka from quantum computers too. Fixed for the life of the project.
    /// </summary>
    public string KeyAlgorithm { get; set; } = KeyAlgorithms.MlKem768P256;

    /// <summary>Whether missing control topics are created. Default <see langword="false"/>: an operator creates them, with their ACLs.</summary>
    public bool CreateControlTopics { get; set; }

    /// <summary>How long a credential is valid. Default 48 h; from 1 min to 31 days. Members renew from a quarter of it on.</summary>
    public TimeSpan CredentialLifetime { get; set; } = TimeSpan.FromHours(48);

    /// <summary>How long a start waits for Kafka. Default 30 s; at most 10 min.</summary>
    public TimeSpan StartupTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Whether the command-line tool may ask this process while it holds the vault: tickets, members, policy, keys. It asks over a
    /// local pipe that only processes of the same user can open, and finds it by <see cref="VaultFile"/>. Default <see langword="false"/>.
    /// </summary>
    public bool AnswersCommandLine { get; set; }

    /// <summary>The clock. Default the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where these options come from.</summary>
    internal OptionSource Source { get; set; } = OptionSource.Code;

    /// <summary>How often the settings of the control topics are looked at.</summary>
    internal TimeSpan ControlTopicInterval { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Makes the control log in place of Kafka's, given where it reports to and the authority's identifier. Default: none.</summary>
    internal Func<IControlLogSink, string, IControlLog>? ControlLog { get; set; }

    internal IEnumerable<string> Problems()
    {
        var problems = Source.Problems.Concat(ProblemsOfValues()).ToList();
        if (problems.Count > 0 && !Source.Exists)
            problems.Insert(0, $"The configuration section {Source.Path} has nothing in it. Check its name, and that its file is loaded.");
        return problems;
    }

    private IEnumerable<string> ProblemsOfValues()
    {
        if (ControlLog is null && !KafkaSettings.HasBrokers(BootstrapServers, Kafka))
            yield return $"{Source.Of(nameof(BootstrapServers))} is not set. Set it to the Kafka brokers, as host:port[,host:port].";
        foreach (var problem in KafkaSettings.Problems(Kafka, Source).Concat(LoginSettings.Problems(Kafka, OAuthBearerTokenRefreshHandler, OAuthBearerTokenProvider, Source)))
            yield return problem;
        foreach (var problem in VaultSettings.Of(this).Problems(Source))
            yield return problem;
        if (CommandLineAnswers.ProblemOf(AnswersCommandLine, VaultFile, Source) is { } unasked)
            yield return unasked;
        if (!new ControlTopicLayout(ControlTopicPrefix, ControlPartitions).IsValid)
            yield return $"{Source.Of(nameof(ControlTopicPrefix))} '{ControlTopicPrefix}' is not the beginning of a topic's name, or {nameof(ControlPartitions)} {ControlPartitions} is not between 1 and 10000.";
        if (KeyAlgorithm is null || HpkeKem.Find(KeyAlgorithm) is null)
            yield return $"{Source.Of(nameof(KeyAlgorithm))} '{KeyAlgorithm}' is none that this release knows. Set it to {string.Join(" or ", HpkeKem.All.Select(kem => $"'{kem}'"))}.";
        if (CredentialLifetime < TimeSpan.FromMinutes(1) || CredentialLifetime > TimeSpan.FromDays(31))
            yield return $"{Source.Of(nameof(CredentialLifetime))} is {CredentialLifetime}. Set it to between 1 minute and 31 days.";
        if (StartupTimeout <= TimeSpan.Zero || StartupTimeout > TimeSpan.FromMinutes(10))
            yield return $"{Source.Of(nameof(StartupTimeout))} is {StartupTimeout}. Set it to more than zero, and at most 10 minutes.";
        if (TimeProvider is null)
            yield return "TimeProvider is null. Leave it at the system's clock.";
    }
}

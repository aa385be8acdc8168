using Confluent.Kafka;
using E2EKafka.Hosting;
using E2EKafka.KeyExchange;

namespace E2EKafka;

/// <summary>How one member takes part in a project.</summary>
public sealed class EndToEndKafkaOptions
{
    /// <summary>The path of <c>project.json</c>. Default <c>project.json</c> in the working directory. Not read if <see cref="Project"/> is set.</summary>
    public string ProjectFile { get; set; } = "project.json";

    /// <summary>The project document, in place of a file. Default: none.</summary>
    public ProjectDocument? Project { get; set; }

    /// <summary>The brokers, as in <c>bootstrap.servers</c>. Required, here or in <see cref="Kafka"/>.</summary>
    public string? BootstrapServers { get; set; }

    /// <summary>
    /// Further settings of the Kafka clients for the control topics (security, timeouts), with librdkafka's names or those of Confluent.Kafka's
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

    /// <summary>The enrollment ticket. A secret. Needed until the member has enrolled, and not looked at afterwards. Default: none.</summary>
    public string? Ticket { get; set; }

    /// <summary>A file that has the enrollment ticket. Default: none.</summary>
    public string? TicketFile { get; set; }

    /// <summary>The vault's file, made if missing. Default: none; say either this, <see cref="UseInMemoryVault"/> or <see cref="Vault"/>.</summary>
    public string? VaultFile { get; set; }

    /// <summary>
    /// The file that has the vault's key: 32 random bytes in base64. Made, readable by this user alone, if it and the vault are both missing. Keep it apart from
    /// the vault's file and its backups. Default: none; a vault in a file needs this, <see cref="VaultKeyEnvironmentVariable"/> or <see cref="VaultKeyProvider"/>.
    /// </summary>
    public string? VaultKeyFile { get; set; }

    /// <summary>The environment variable that has the vault's key: 32 random bytes in base64. Default: none.</summary>
    public string? VaultKeyEnvironmentVariable { get; set; }

    /// <summary>Has the vault's key, in place of a file or an environment variable: <see cref="E2EKafka.VaultKeyProvider"/> has some. Default: none.</summary>
    public IVaultKeyProvider? VaultKeyProvider { get; set; }

    /// <summary>Whether secrets are kept in memory only, so that every start enrolls a new identity. Default <see langword="false"/>.</summary>
    public bool UseInMemoryVault { get; set; }

    /// <summary>A vault of the application's own, which the application disposes. Default: none.</summary>
    public IVaultStore? Vault { get; set; }

    /// <summary>Topics that this member produces to, to have sessions before the first message. Others are added as they are used. Default: none.</summary>
    public IList<string> Produce { get; } = [];

    /// <summary>Topics that this member consumes, to have keys before the first message. Others are added as they are used. Default: none.</summary>
    public IList<string> Consume { get; } = [];

    /// <summary>Topics whose records may have been written to other topics, with those: mirrors and dead-letter topics. Default: none.</summary>
    public IDictionary<string, IList<string>> AcceptedTopics { get; } = new Dictionary<string, IList<string>>();

    /// <summary>
    /// Whether missing control topics are created; only in a development project (<see cref="ProjectDocument.IsDevelopment"/>), else the
    /// start fails. Default <see langword="false"/>: an operator creates them, with their ACLs.
    /// </summary>
    public bool CreateControlTopics { get; set; }

    /// <summary>How long a start waits for the member to be ready. Default 30 s; at most 10 min.</summary>
    public TimeSpan StartupTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a message waits for its topic's first session. Default 10 s; at most 10 min. Later sessions are made ahead of time.</summary>
    public TimeSpan SessionTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Whether the text of an exception that the application's serializer throws stands in this library's own messages, which are logged. It may
    /// hold plaintext. Default <see langword="false"/>: it is in the inner exception only.
    /// </summary>
    public bool IncludeInnerMessages { get; set; }

    /// <summary>
    /// Whether the command-line tool may ask this process while it holds the vault: <c>status</c> and the rotation of the identity key. It asks over a
    /// local pipe that only processes of the same user can open, and finds it by <see cref="VaultFile"/>. Default <see langword="false"/>.
    /// </summary>
    public bool AnswersCommandLine { get; set; }

    /// <summary>The clock. Default the system's.</summary>
    public TimeProvider TimeProvider { get; set; } = TimeProvider.System;

    /// <summary>Where these options come from.</summary>
    internal OptionSource Source { get; set; } = OptionSource.Code;

    /// <summary>How often the settings of the control topics are looked at.</summary>
    internal TimeSpan ControlTopicInterval { get; set; } = TimeSpan.FromMinutes(1);

    internal KeyLifetimes Lifetimes { get; set; } = new();

    /// <summary>Makes the control log in place of Kafka's, given where it reports to and the member's identifier. Default: none.</summary>
    internal Func<IControlLogSink, string, IControlLog>? ControlLog { get; set; }

    /// <summary>Admits records of a topic that were written to another: a mirror's, or a dead-letter topic's.</summary>
    /// <param name="topic">The topic that is consumed.</param>
    /// <param name="writtenAs">The topic that the records were produced to.</param>
    /// <returns>These options.</returns>
    public EndToEndKafkaOptions AcceptTopic(string topic, string writtenAs)
    {
        if (!AcceptedTopics.TryGetValue(topic, out var origins))
            AcceptedTopics[topic] = origins = [];
        origins.Add(writtenAs);
        return this;
    }
}

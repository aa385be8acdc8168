namespace E2EKafka.TestMember;

/// <summary>What the process is told by the first line of its standard input, as JSON: a command line would show the ticket to every user.</summary>
public sealed record MemberSettings
{
    /// <summary>What librdkafka needs to reach the broker.</summary>
    public required IReadOnlyDictionary<string, string> Kafka { get; init; }

    /// <summary>The path of project.json.</summary>
    public required string ProjectFile { get; init; }

    public required MemberRole Role { get; init; }

    public required string Topic { get; init; }

    public string? Ticket { get; init; }

    /// <summary>The vault's file, its key in a file beside it. If there is none, the vault is in memory.</summary>
    public string? VaultFile { get; init; }

    /// <summary>What a producer's values begin with; their numbers follow.</summary>
    public string Text { get; init; } = "";

    /// <summary>
    /// How many messages a producer sends; if nothing is said, it goes on until its standard input is closed. After them it sends each
    /// further line of its standard input.
    /// </summary>
    public int? Count { get; init; }

    /// <summary>Whether a producer tells of each message that the broker has acknowledged.</summary>
    public bool TellEach { get; init; }

    /// <summary>A consumer's group: it subscribes, and commits what it has told of. If there is none, it reads all partitions.</summary>
    public string? Group { get; init; }

    /// <summary>Who a consumer is in its group over restarts. If nothing is said, the group waits until one that was killed has timed out.</summary>
    public string? GroupInstance { get; init; }

    /// <summary>How long a start may take, if not the default.</summary>
    public TimeSpan? StartupTimeout { get; init; }

    /// <summary>How many messages a session encrypts, if fewer than by default.</summary>
    public int? MessagesPerSession { get; init; }

    /// <summary>How long a session lasts, if less than by default.</summary>
    public TimeSpan? SessionLifetime { get; init; }

    /// <summary>How long a key package lasts, if less than by default. It is replaced half-way.</summary>
    public TimeSpan? KeyPackageLifetime { get; init; }

    /// <summary>How long before a missing key is asked for, before a peer answers, and between two attempts, if less than by default.</summary>
    public TimeSpan? Delay { get; init; }

    /// <summary>Where a transformer writes to.</summary>
    public string OutputTopic { get; init; } = "";

    /// <summary>The name of a transformer: its transactional id, its group and its place in the group.</summary>
    public string Transformer { get; init; } = "";

    /// <summary>Where in a transaction a transformer stops, to be killed there. None: it goes on.</summary>
    public TransactionStep? StopAt { get; init; }

    /// <summary>How many records it must have written before it stops there.</summary>
    public int StopAfter { get; init; }

    /// <summary>The name of a vault's key file.</summary>
    public static string KeyFileOf(string vaultFile) => vaultFile + ".key";
}

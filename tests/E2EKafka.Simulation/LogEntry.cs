namespace E2EKafka.Simulation;

/// <summary>A record in the control log.</summary>
/// <param name="Value">The record.</param>
/// <param name="AppendedAt">When the broker appended it, as the broker says; <see langword="null"/> if it says nothing.</param>
internal sealed record LogEntry(byte[] Value, DateTimeOffset? AppendedAt)
{
    /// <summary>The version of the project document that the credential in it names; 0 if it names none.</summary>
    public long NamesDocument { get; init; }

    /// <summary>The sessions that an announcement states.</summary>
    public IReadOnlyList<SessionId> Announces { get; init; } = [];

    /// <summary>Whether an attacker wrote it. Its timestamp may be false.</summary>
    public bool IsHostile { get; init; }

    /// <summary>Whether the broker says that the timestamp is its own.</summary>
    public bool IsStamped { get; init; } = true;

    /// <summary>Whether its timestamp is not a time.</summary>
    public bool HasBadTimestamp { get; init; }

    /// <summary>What a replaced key signed in it.</summary>
    public StolenSignature? Stolen { get; init; }
}

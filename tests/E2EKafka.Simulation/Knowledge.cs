namespace E2EKafka.Simulation;

/// <summary>What one process was seen to know.</summary>
internal sealed class Knowledge
{
    public long Document { get; set; }

    public long CredentialSerial { get; set; }

    /// <summary>The sessions whose keys it has held.</summary>
    public Dictionary<SessionId, SessionStatement> Held { get; } = [];

    /// <summary>The sessions whose secrets are in its vault.</summary>
    public Dictionary<string, SessionStatement> Secrets { get; set; } = [];

    /// <summary>When the key packages expire whose private keys are in its vault.</summary>
    public Dictionary<string, DateTimeOffset> PackageKeys { get; set; } = [];
}

using Microsoft.Extensions.Logging;

namespace E2EKafka;

/// <summary>What the parts of the key exchange share: who we are, whom we know, the clock, the vault and the way out.</summary>
internal sealed class Member(
    MemberIdentity identity, MemberDirectory directory, IVaultStore vault, TimeProvider time, KeyLifetimes lifetimes,
    Action<Publication> publish, ILogger log)
{
    private readonly HashSet<string> _unread = [];

    public MemberIdentity Identity { get; } = identity;

    public MemberDirectory Directory { get; } = directory;

    public IVaultStore Vault { get; } = vault;

    public KeyLifetimes Lifetimes { get; } = lifetimes;

    public ILogger Log { get; } = log;

    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();

    public DateTimeOffset Now => time.GetUtcNow();

    public string Identifier => Identity.Identifier;

    public string ProjectId => Directory.Project.Id;

    /// <summary>Our newest credential, if it is valid now and for the key that we sign with.</summary>
    public Credential? Credential =>
        Directory.Newest(Identifier) is { } credential && credential.IsValidAt(Now) && credential.Key.Thumbprint == Identity.Key.Public.Thumbprint
            ? credential
            : null;

    public void Publish(ControlPartition partition, IReadOnlyList<string> records, Action<bool> completed)
    {
        foreach (var record in records)
            _unread.Add(Jws.TryParse(record)!.Hash);
        publish(new Publication(partition, records, completed));
    }

    /// <summary>Whether a record with our signature, read back from the log, is one that we published since we started.</summary>
    public bool Recognize(Jws jws) => _unread.Remove(jws.Hash);
}

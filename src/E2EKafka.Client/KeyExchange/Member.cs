using E2EKafka.Membership;
using E2EKafka.Records;
using Microsoft.Extensions.Logging;

namespace E2EKafka.KeyExchange;

/// <summary>What the parts of the key exchange share: who we are, whom we know, the clock, the vault and the way out.</summary>
internal sealed class Member(
    MemberIdentity identity, MemberDirectory directory, IVaultStore vault, TimeProvider time, KeyLifetimes lifetimes,
    Action<Publication> publish, ILogger log)
{
    private readonly Dictionary<string, DateTimeOffset> _published = [];
    private readonly long _startedAt = time.GetTimestamp();

    public MemberIdentity Identity { get; } = identity;

    public MemberDirectory Directory { get; } = directory;

    public Checkpoint Checkpoint { get; } = new(vault, time);

    public IVaultStore Vault { get; } = vault;

    public KeyLifetimes Lifetimes { get; } = lifetimes;

    public ILogger Log { get; } = log;

    public DateTimeOffset StartedAt { get; } = time.GetUtcNow();

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>Time by the monotonic clock, since this process started.</summary>
    public TimeSpan MonotonicNow => time.GetElapsedTime(_startedAt);

    public string Identifier => Identity.Identifier;

    public string ProjectId => Directory.Project.Id;

    /// <summary>Our newest credential, if it is valid now and for the key that we sign with.</summary>
    public Credential? Credential =>
        Directory.Newest(Identifier) is { } credential && credential.IsValidAt(Now) && credential.Key.Thumbprint == Identity.Key.Public.Thumbprint
            ? credential
            : null;

    /// <summary>Publishes records that were signed now.</summary>
    /// <param name="partition">Where.</param>
    /// <param name="records">What.</param>
    /// <param name="completed">
    /// Told whether all are durable, in time: what reached the log long after it was signed is refused by its readers, and has to be signed again.
    /// </param>
    public void Publish(ControlPartition partition, IReadOnlyList<string> records, Action<bool> completed)
    {
        var signedAt = Now;
        foreach (var (hash, _) in _published.Where(pair => Now - pair.Value > 2 * RecordClock.MaxDelay).ToList())
            _published.Remove(hash);
        foreach (var record in records)
            _published[Jws.TryParse(record)!.Hash] = Now;
        publish(new Publication(partition, records, durable => completed(durable && (Now - signedAt).Duration() <= RecordClock.MaxDelay / 2)));
    }

    /// <summary>
    /// Whether a record with our signature, made now and read from the log, can only be a copy's: this process did not publish it,
    /// nor did one before it.
    /// </summary>
    public bool IsByACopyOfUs(Jws jws, long issuedAt) =>
        !_published.ContainsKey(jws.Hash) &&
        issuedAt > StartedAt.ToUnixTimeSeconds() &&
        (Now - RecordClock.ToTime(issuedAt)).Duration() <= RecordClock.MaxDelay;
}

using System.Collections.Immutable;
using E2EKafka.Diagnostics;
using E2EKafka.Membership;
using E2EKafka.Records;
using Microsoft.Extensions.Logging;

namespace E2EKafka.KeyExchange;

/// <summary>What the parts of the key exchange share: who we are, whom we know, the clocks, the vault and the way out.</summary>
internal sealed class Member
{
    private readonly Dictionary<string, DateTimeOffset> _published = [];
    private readonly TimeProvider _time;
    private readonly Action<Publication> _publish;
    private DateTimeOffset? _firstWritten;

    public Member(
        MemberIdentity identity, MemberDirectory directory, RetryingVault vault, SteadyClock steady, TimeProvider time, KeyLifetimes lifetimes,
        Action<Publication> publish, ILogger log, ILogger audit)
    {
        (Identity, Directory, Vault, Lifetimes, Log, _time, _publish) = (identity, directory, vault, lifetimes, log, time, publish);
        (Steady, Audit, Forgeries) = (steady, audit, new ForgeryAudit(audit, time));
        Clock = new BrokerClock(time, Steady, directory.Project.IsDevelopment, log);
        Checkpoint = new Checkpoint(vault, Steady);
    }

    public MemberIdentity Identity { get; }

    public MemberDirectory Directory { get; }

    /// <summary>For pauses and budgets.</summary>
    public SteadyClock Steady { get; }

    /// <summary>What the broker says of our clock.</summary>
    public BrokerClock Clock { get; }

    public Checkpoint Checkpoint { get; }

    public RetryingVault Vault { get; }

    public KeyLifetimes Lifetimes { get; }

    /// <summary>The settings of the data topics that this member sends to, as far as Kafka shows them.</summary>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> DataTopics { get; set; } = ImmutableDictionary<string, IReadOnlyDictionary<string, string>>.Empty;

    public ILogger Log { get; }

    /// <summary>The log of audit events.</summary>
    public ILogger Audit { get; }

    /// <summary>Told of what may be forged. Any thread may tell it.</summary>
    public ForgeryAudit Forgeries { get; }

    /// <summary>The sessions that were made and used, by topic and reason. Any thread may read it.</summary>
    public BoundedCounts<(string Topic, RotationReason Reason)> Rotations { get; } = new(static key => (EndToEndKafkaTelemetry.OtherValue, key.Reason));

    public DateTimeOffset Now => _time.GetUtcNow();

    public string Identifier => Identity.Identifier;

    public string ProjectId => Directory.Project.Id;

    /// <summary>Our newest credential, if it is valid now and for the key that we sign with.</summary>
    public Credential? Credential =>
        Directory.Newest(Identifier) is { } credential && credential.IsValidAt(Now) && credential.Key.Thumbprint == Identity.Key.Public.Thumbprint
            ? credential
            : null;

    /// <summary>Publishes records.</summary>
    /// <param name="partition">Where.</param>
    /// <param name="records">What.</param>
    /// <param name="signedAt">The time that they give as theirs.</param>
    /// <param name="completed">
    /// Told whether all are durable, in time: what reached the log long before or after it was signed is refused by its readers, and has to be
    /// signed again.
    /// </param>
    public void Publish(ControlPartition partition, IReadOnlyList<string> records, DateTimeOffset signedAt, Action<bool> completed)
    {
        // They may name keys that only the vault would keep.
        if (Vault.Problem is not null && partition.Topic is ControlTopicKind.Sessions or ControlTopicKind.Members)
        {
            completed(false);
            return;
        }

        // As readers judge it, by the second.
        signedAt = RecordClock.ToTime(signedAt.ToUnixTimeSeconds());
        var sent = partition == ControlPartition.Requests ? Clock.Sent() : (BrokerClock.Reading?)null;
        foreach (var (hash, _) in _published.Where(pair => Steady.Now - pair.Value > 2 * RecordClock.MaxDelay).ToList())
            _published.Remove(hash);
        foreach (var record in records)
            _published[Jws.TryParse(record)!.Hash] = Steady.Now;
        _publish(new Publication(partition, records, acknowledgement =>
        {
            if (sent is { } reading)
                Clock.Acknowledged(reading, acknowledgement);
            if (acknowledgement.IsDurable)
                _firstWritten ??= acknowledgement.First;
            completed(IsInTime(acknowledgement, signedAt));
        }));
    }

    /// <summary>Publishes a record for the sake of its acknowledgement, which has the broker's time.</summary>
    public void Probe() => Publish(ControlPartition.Requests, [ClockProbe.Create(ProjectId, Identifier, Identity.Key, Now)], Now, static _ => { });

    /// <summary>
    /// Whether a record with our signature, made now and read from the log, can only be a copy's: this process did not publish it, nor did one
    /// before it, which had written its last record before our first.
    /// </summary>
    /// <param name="jws">The record.</param>
    /// <param name="issuedAt">When it was signed, in Unix seconds.</param>
    /// <param name="writtenAt">When the broker appended it; <see langword="null"/> if it did not say.</param>
    public bool IsByACopyOfUs(Jws jws, long issuedAt, DateTimeOffset? writtenAt) =>
        Clock.Failure is null &&
        !_published.ContainsKey(jws.Hash) &&
        (Clock.BrokerNow - RecordClock.ToTime(issuedAt)).Duration() <= RecordClock.MaxDelay &&
        issuedAt > Clock.LatestStart.ToUnixTimeSeconds() &&
        (Directory.Project.IsDevelopment || writtenAt >= _firstWritten);

    // A broker that does not stamp, as the embedded one, says nothing of time; one that does is believed in a development project too: readers
    // judge the record by its timestamp.
    private bool IsInTime(Acknowledgement acknowledgement, DateTimeOffset signedAt) => Directory.Project.IsDevelopment && acknowledgement.Last is null
        ? acknowledgement.IsDurable && (Now - signedAt).Duration() <= RecordClock.MaxDelay / 2
        : acknowledgement.IsWithin(RecordClock.MaxDelay, signedAt);
}

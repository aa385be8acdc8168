using E2EKafka.Diagnostics;
using E2EKafka.Messages;
using E2EKafka.Records;
using E2EKafka.Vault;

namespace E2EKafka.KeyExchange;

/// <summary>What can be told of a member, for its status, its health and its metrics. It decides nothing.</summary>
internal sealed class MemberReport(
    Member member, CredentialRenewal renewal, KeyPackages packages, SendingTopics senders, SessionStore store, KeyRequester requester, ControlPartitions partitions)
{
    private readonly Dictionary<RecordProblem, long> _skipped = [];

    /// <summary>How many control records were skipped, and why.</summary>
    public IReadOnlyDictionary<RecordProblem, long> Skipped => _skipped;

    /// <summary>The sessions that were made and used. Any thread may read it.</summary>
    public BoundedCounts<(string Topic, RotationReason Reason)> Rotations => member.Rotations;

    /// <inheritdoc cref="Member.Forgeries"/>
    public ForgeryAudit Forgeries => member.Forgeries;

    /// <summary>Since when the authority has owed this member a renewal, if it has for so long that it needs attention.</summary>
    public DateTimeOffset? RenewalOverdueSince => renewal.OverdueSince;

    /// <summary>The newest time that the broker has confirmed; <see langword="null"/> if there is none.</summary>
    public DateTimeOffset? ConfirmedTime => member.Clock.Confirmed;

    /// <summary>That the broker has not confirmed our clock for long, if it has not.</summary>
    public string? ClockWarning => member.Clock.Warning;

    /// <summary>Why the vault lacks something, or cannot read it, if that is so.</summary>
    public string? VaultWarning => member.Vault.Problem ?? (member.Vault.Unreadable.Count > 0
        ? $"{VaultFailure.Describe(member.Vault.Unreadable)}. They are left as they are: see docs/operations.md."
        : null);

    /// <summary>The number of sessions whose key is still to come.</summary>
    public int MissingKeys => requester.Missing;

    /// <summary>What this member has, as far as the key exchange knows.</summary>
    /// <param name="ring">The newest snapshot.</param>
    public MemberStatus StatusOf(KeyRing ring) => new(
        member.Identifier,
        member.ProjectId,
        member.Directory.Project.Version,
        ring.Failure is { } failure ? new StatusProblem(failure.Reason, failure.Message) : null,
        Warning: null,
        member.Credential is { } credential
            ? new CredentialStatus(
                credential.Claims.Serial, credential.Attributes, credential.IssuedAt, renewal.RenewalOf(credential), credential.ExpiresAt)
            : null,
        packages.Status,
        senders.Status,
        store.StatusOf(requester.IsMissing),
        partitions.Status,
        Refused: []);

    /// <summary>A record was judged.</summary>
    public void Concluded(ControlRecord record, RecordProblem problem)
    {
        if (problem == RecordProblem.None)
            return;

        _skipped[problem] = _skipped.GetValueOrDefault(problem) + 1;
        member.Forgeries.Refused(record.Partition.Topic, problem, _skipped[problem]);
        member.Log.RecordSkipped(record.Partition.Topic, record.Partition.Partition, problem);
    }
}

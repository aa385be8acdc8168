using E2EKafka.Messages;

namespace E2EKafka.KeyExchange;

/// <summary>Why this member does not send, or does not open: the first that holds of the list in docs/protocol.md, section 3.4.</summary>
internal sealed class Readiness(Member member, CredentialRenewal renewal, ControlRecordJudge records, ControlInbox inbox)
{
    public static MemberFailure NotRead { get; } = new(FailureReason.NotReady,
        "The member has not read the control topics to their end yet. Check that the broker can be reached.");

    /// <summary>Why the control topics are not fit for this member to go on; <see langword="null"/> if they are.</summary>
    public MemberFailure? TopicRefusal { get; set; }

    /// <summary>The failure; <see langword="null"/> if there is none.</summary>
    public MemberFailure? Failure
    {
        get
        {
            if ((records.Cloned ?? TopicRefusal) is { } fatal)
                return fatal;

            // A newer document may allow one; only a newer release makes keys of it, or can ask an authority that has one.
            if (member.Directory.Project.AlgorithmProblem is { } problem)
                return new MemberFailure(FailureReason.AlgorithmNotAvailable, problem);

            // Before all that our clock decides: a credential has not ended because the clock is wrong.
            if (member.Clock.Failure is { Reason: FailureReason.ClockDisagrees } disagreement)
                return disagreement;

            // A credential that has merely ended comes last: what was received stays readable then, but not under any other of these.
            var lapse = renewal.Failure;
            if (lapse is { Reason: not FailureReason.CredentialExpired })
                return lapse;
            if (member.Directory.Project.RevocationOf(member.Identifier) is not null)
                return new MemberFailure(FailureReason.Revoked, "This member was removed from the project, for good. To come back: a new vault, and a new ticket from the project's owner.");
            if (member.Directory.HasConflictingDocuments)
            {
                return new MemberFailure(FailureReason.ProjectInvalid,
                    "The authority has signed two project documents of one version: its key or its vault is in two places. Publish a newer document, and find out where.");
            }

            if (member.Directory.IsOutdated)
            {
                return new MemberFailure(FailureReason.ProjectOutdated,
                    "A credential names a newer project document than the control topic has shown, or a record that lists the document's removed members is missing. If this lasts, the broker withholds it: check the topic, and that the authority runs, which publishes both daily.");
            }

            return HasRead(ControlPartition.Authority) && HasRead(ControlPartition.Members) ? lapse ?? member.Clock.Failure : NotRead;
        }
    }

    private bool HasRead(ControlPartition partition) => inbox.CaughtUpAt(partition) is not null;
}

namespace E2EKafka.Cli;

/// <summary>States of a member that it does not leave by itself, whatever comes from Kafka. As in docs/troubleshooting.md, "Not ready".</summary>
internal static class MemberEnd
{
    /// <summary>Why a member that was ready once will never be again in this process; <see langword="null"/> if it may.</summary>
    /// <param name="member">The member.</param>
    /// <param name="name">Its identity's name in this home.</param>
    public static string? Of(EndToEndKafka member, string name)
    {
        // Set before what is seen below of it.
        var hasStopped = member.HasStopped;
        return member.NotReady is { } problem && (hasStopped || IsFinal(problem.Reason))
            ? $"'{name}' has stopped ({problem.Reason}): {problem.Message}{RemedyOf(problem.Reason)}"
            : null;
    }

    /// <summary>Whether a member that was ready once cannot be ready again for this reason.</summary>
    public static bool IsFinal(FailureReason reason) => reason is
        FailureReason.Revoked or FailureReason.IdentityCloned or
        FailureReason.NotEnrolled or // the authority was asked, and does not know it
        FailureReason.VaultLocked or FailureReason.VaultKeyWrong or FailureReason.VaultCorrupt or FailureReason.VaultUnavailable;

    private static string RemedyOf(FailureReason reason) => reason switch
    {
        FailureReason.Revoked or FailureReason.NotEnrolled =>
            " Here: `e2ekafka identity create` with another name, and `e2ekafka enroll` with a ticket of `e2ekafka ticket create`.",
        FailureReason.IdentityCloned => " docs/operations.md, \"Cloned identity\", says how. `e2ekafka member revoke` removes it.",
        _ => " Repair the cause, and run this again.",
    };
}

using E2EKafka.Records;

namespace E2EKafka.Diagnostics;

/// <summary>What a member's metrics show, as of its last look at the clock. Immutable.</summary>
/// <param name="IsReady">Whether the member is ready.</param>
/// <param name="CredentialExpiresAt">Until when its credential is valid, if it has one.</param>
/// <param name="RenewalOverdueSince">Since when the authority has owed it a renewal, if it has for long.</param>
/// <param name="MissingKeys">The number of sessions whose key has not come.</param>
/// <param name="Lag">How many control records it has yet to read, as far as the broker has said.</param>
/// <param name="Skipped">How many control records it has skipped, and why.</param>
/// <param name="TopicWarning">What is wrong with the control topics' settings, if that does not keep the member from working.</param>
internal sealed record MemberGauges(
    bool IsReady,
    DateTimeOffset? CredentialExpiresAt,
    DateTimeOffset? RenewalOverdueSince,
    int MissingKeys,
    long Lag,
    IReadOnlyDictionary<RecordProblem, long> Skipped,
    string? TopicWarning = null)
{
    /// <summary>What will keep the member from working if it lasts.</summary>
    public string? Warning => (RenewalWarning, TopicWarning) is ({ } renewal, { } topics) ? $"{renewal} {topics}" : RenewalWarning ?? TopicWarning;

    /// <summary>The part of it that concerns the credential.</summary>
    public string? RenewalWarning => RenewalOverdueSince is { } since
        ? $"The authority has not renewed this member's credential, which was due at {since:u}. All works on until it ends, at {CredentialExpiresAt:u}. Check that the authority runs and that both reach Kafka."
        : null;
}

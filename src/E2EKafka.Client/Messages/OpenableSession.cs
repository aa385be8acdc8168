using E2EKafka.Records;

namespace E2EKafka.Messages;

/// <summary>What a consumer knows of one session. Immutable.</summary>
/// <param name="Statement">The session.</param>
/// <param name="Keys">Its keys, if this member holds them.</param>
/// <param name="Refusal">Why its messages are refused under the current policy; <see langword="null"/> if they are not.</param>
/// <param name="Attributes">The producer's attributes.</param>
/// <param name="RetiresAt">When its keys are destroyed.</param>
internal sealed record OpenableSession(
    SessionStatement Statement,
    InboundSession? Keys,
    FailureReason? Refusal,
    IReadOnlyDictionary<string, string> Attributes,
    DateTimeOffset RetiresAt)
{
    /// <summary>What is proven of a message that opens. Default: what the session's keys prove; less where former members of the reader group have them.</summary>
    public MessageProof ProvenBy { get; init; } = Keys?.ProvenBy ?? MessageProof.None;

    /// <summary>Whether policy lets this member read the topic, and it is in none of the session's reader groups.</summary>
    public bool IsForOtherGroups { get; init; }

    /// <summary>Whether policy lets this member read the topic, and keeps this session from it because it joined later.</summary>
    public bool IsFromBeforeEnrollment { get; init; }
}

namespace E2EKafka;

/// <summary>What a member has, as of one moment. No secret is in it. Immutable.</summary>
/// <param name="Identifier">The member's identifier, 43 characters.</param>
/// <param name="ProjectId">The project's id.</param>
/// <param name="ProjectVersion">The version of the project document in force, in Unix seconds or above.</param>
/// <param name="Problem">Why the member is not ready; <see langword="null"/> if it is.</param>
/// <param name="Warning">What will keep the member from working if it lasts, and what to do; <see langword="null"/> if there is no such thing.</param>
/// <param name="Credential">Its credential; <see langword="null"/> if it has none that is valid.</param>
/// <param name="KeyPackages">Its key packages whose private keys it still has, the oldest first.</param>
/// <param name="Sending">The topics that it produces to.</param>
/// <param name="Receiving">The topics of which it knows sessions, its own included.</param>
/// <param name="Control">The partitions of control topics that it reads.</param>
/// <param name="Refused">The messages that it has refused since it started, by topic, producer and reason.</param>
public sealed record MemberStatus(
    string Identifier,
    string ProjectId,
    long ProjectVersion,
    StatusProblem? Problem,
    string? Warning,
    CredentialStatus? Credential,
    IReadOnlyList<KeyPackageStatus> KeyPackages,
    IReadOnlyList<SendingStatus> Sending,
    IReadOnlyList<ReceivingStatus> Receiving,
    IReadOnlyList<ControlPartitionStatus> Control,
    IReadOnlyList<RefusedMessages> Refused);

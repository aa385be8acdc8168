using System.Collections.Immutable;
using E2EKafka.Records;

namespace E2EKafka.Messages;

/// <summary>
/// Everything that protecting and opening a message needs, as of one moment. Immutable: the key exchange swaps in another,
/// and readers take no lock.
/// </summary>
/// <param name="Project">The project document in force.</param>
/// <param name="Failure">Why this member may neither send nor open anything, if it may not.</param>
/// <param name="Sending">By topic.</param>
/// <param name="Sessions">By id.</param>
internal sealed record KeyRing(
    ProjectDocument Project,
    MemberFailure? Failure,
    ImmutableDictionary<string, SendingTopic> Sending,
    ImmutableDictionary<SessionId, OpenableSession> Sessions)
{
    /// <summary>The broker's time when this ring was made, as far as it was known. Keys retire by it.</summary>
    public DateTimeOffset Time { get; init; } = DateTimeOffset.MinValue;
}

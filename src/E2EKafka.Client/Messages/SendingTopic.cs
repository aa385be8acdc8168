namespace E2EKafka.Messages;

/// <summary>What a producer has for one topic. Immutable.</summary>
/// <param name="Current">The session to encrypt with.</param>
/// <param name="Next">Its successor, announced already; taken over as soon as the current one can encrypt no more.</param>
/// <param name="Failure">Why there is no session, where there is none.</param>
internal sealed record SendingTopic(OutboundSession? Current, OutboundSession? Next, MemberFailure? Failure);

namespace E2EKafka;

/// <summary>Messages that a member has refused, in a status.</summary>
/// <param name="Topic">The topic that they were read from; <see cref="EndToEndKafkaTelemetry.OtherValue"/>, and likewise the producer, if they came after 1,000 other combinations.</param>
/// <param name="Producer">
/// The identifier of the producer that announced the session which the messages name; empty if no producer has. The forger of a
/// message may have named another's session.
/// </param>
/// <param name="Reason">Why.</param>
/// <param name="Count">How many, since the member started.</param>
public sealed record RefusedMessages(string Topic, string Producer, FailureReason Reason, long Count);

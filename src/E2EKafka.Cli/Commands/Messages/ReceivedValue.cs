namespace E2EKafka.Cli;

/// <summary>A value as it was received: opened, or refused, and by whom it says it is.</summary>
/// <param name="Payload">The plaintext; <see langword="null"/> for a tombstone, and where the message was refused.</param>
/// <param name="Origin">Where it comes from, if it was opened.</param>
/// <param name="Failure">Why it was refused, if it was.</param>
internal sealed record ReceivedValue(byte[]? Payload, MessageOrigin? Origin, OpenFailure? Failure) : IVerified
{
    public MessageOrigin? Origin { get; private set; } = Origin;

    void IVerified.KeyMatches() => Origin = Origin! with { KeyBinding = RecordKeyBinding.Matches };
}

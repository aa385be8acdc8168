namespace E2EKafka;

/// <summary>The sessions of one topic that a member knows, in a status.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Sessions">How many sessions it knows.</param>
/// <param name="KeysHeld">The number of sessions whose key it has.</param>
/// <param name="KeysMissing">The number of sessions whose key it waits for.</param>
/// <param name="NextRetirementAt">When the next key is destroyed, at the end of its retention; <see langword="null"/> if it has none.</param>
public sealed record ReceivingStatus(string Topic, int Sessions, int KeysHeld, int KeysMissing, DateTimeOffset? NextRetirementAt);

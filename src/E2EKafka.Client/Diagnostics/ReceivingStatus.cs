namespace E2EKafka;

/// <summary>The sessions of one topic that a member knows, in a status.</summary>
/// <param name="Topic">The topic.</param>
/// <param name="Sessions">How many sessions it knows.</param>
/// <param name="KeysHeld">Of how many it has the key.</param>
/// <param name="KeysMissing">Of how many it waits for the key.</param>
/// <param name="NextRetirementAt">When the next key is destroyed, at the end of its retention; <see langword="null"/> if it has none.</param>
public sealed record ReceivingStatus(string Topic, int Sessions, int KeysHeld, int KeysMissing, DateTimeOffset? NextRetirementAt);

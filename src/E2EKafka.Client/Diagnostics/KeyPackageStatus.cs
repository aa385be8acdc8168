namespace E2EKafka;

/// <summary>A key package whose private key a member has, in a status.</summary>
/// <param name="Id">Its id: the thumbprint of its public key, 43 characters.</param>
/// <param name="IsCurrent">Whether it is the newest that is in the log for certain: the one that keys are sealed to.</param>
/// <param name="ExpiresAt">Until when keys may be sealed to it.</param>
/// <param name="DestroyedAt">When its private key is destroyed, at the earliest: only when the log was read past its expiry.</param>
public sealed record KeyPackageStatus(string Id, bool IsCurrent, DateTimeOffset ExpiresAt, DateTimeOffset DestroyedAt);

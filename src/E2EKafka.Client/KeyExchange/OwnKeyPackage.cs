namespace E2EKafka;

/// <summary>The private half of a key package.</summary>
internal sealed record OwnKeyPackage(HpkePrivateKey Key, DateTimeOffset ExpiresAt);

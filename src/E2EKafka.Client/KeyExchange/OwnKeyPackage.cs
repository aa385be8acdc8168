using E2EKafka.Cryptography;

namespace E2EKafka.KeyExchange;

/// <summary>The private half of a key package.</summary>
internal sealed record OwnKeyPackage(HpkePrivateKey Key, DateTimeOffset ExpiresAt);

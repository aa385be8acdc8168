using E2EKafka.Cryptography;

namespace E2EKafka.KeyExchange;

/// <summary>The private half of a key package.</summary>
internal sealed record OwnKeyPackage(HpkePrivateKey Key, DateTimeOffset ExpiresAt)
{
    /// <summary>Whether the end of the grants was asked for after nothing could be sealed to it any more.</summary>
    public bool IsLastLookTaken { get; set; }

    /// <summary>Whether the grants were read to that end.</summary>
    public bool IsReadOut { get; set; }
}

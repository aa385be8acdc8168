namespace E2EKafka;

/// <summary>What proves where a message comes from.</summary>
public enum MessageProof
{
    /// <summary>Nothing: it is a plaintext that the topic lets through during a migration.</summary>
    None,

    /// <summary>The session key: its producer, or any reader of the topic, wrote it.</summary>
    SharedKey,

    /// <summary>A signature by a key that only its producer has.</summary>
    Signature,
}

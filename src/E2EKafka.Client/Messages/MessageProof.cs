namespace E2EKafka;

/// <summary>What proves where a message comes from.</summary>
public enum MessageProof
{
    /// <summary>Nothing: it is a plaintext that the topic lets through during a migration.</summary>
    None,

    /// <summary>The session key: its producer, or any reader of the topic, wrote it.</summary>
    SharedKey,

    /// <summary>
    /// A MAC by a key that only its producer and the members of this reader's own group have: one of them wrote it. It proves that to this
    /// reader, and to no third party.
    /// </summary>
    Mac,

    /// <summary>A signature by a key that only its producer has.</summary>
    Signature,
}

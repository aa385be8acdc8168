namespace E2EKafka;

/// <summary>What proves where a message comes from.</summary>
public enum MessageAuthentication
{
    /// <summary>Every message is signed by its producer's session key, which no reader has: no reader can forge. The default; 64 bytes more a message.</summary>
    Signature,

    /// <summary>
    /// Every message has a MAC for each reader group that the topic's policy lists, by a key that only its producer and the members of that
    /// group have: no other reader can forge, but a member of the same group can. 16 bytes more a message and group.
    /// </summary>
    Mac,

    /// <summary>Only the session key proves it: any reader of the message could have written it.</summary>
    Shared,
}

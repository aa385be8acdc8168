namespace E2EKafka;

/// <summary>What proves where a message comes from.</summary>
public enum MessageAuthentication
{
    /// <summary>Every message is signed by its producer's session key, which no reader has: no reader can forge. The default; 64 bytes more a message.</summary>
    Signature,

    /// <summary>Only the session key proves it: whoever can read the message could have written it.</summary>
    Shared,
}

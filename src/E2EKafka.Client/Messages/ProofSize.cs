using E2EKafka.Cryptography;

namespace E2EKafka.Messages;

/// <summary>How many bytes prove a message's origin.</summary>
internal static class ProofSize
{
    /// <param name="authentication">The session's.</param>
    /// <param name="groups">How many reader groups it lists: 1 to 8 with MACs, else none.</param>
    public static int Of(MessageAuthentication authentication, int groups = 0)
    {
        if (authentication != MessageAuthentication.Mac)
            return authentication == MessageAuthentication.Signature ? SigningPublicKey.SignatureSize : 0;

        ArgumentOutOfRangeException.ThrowIfLessThan(groups, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(groups, MessageMacs.MaxGroups);
        return groups * MessageMacs.MacSize;
    }
}

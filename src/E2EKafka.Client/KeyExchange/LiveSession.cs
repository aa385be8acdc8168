using E2EKafka.Messages;

namespace E2EKafka.KeyExchange;

/// <summary>A session of this process: what encrypts, what is known of it, and the key packages that it was sealed to.</summary>
internal sealed class LiveSession(OutboundSession outbound, KnownSession known)
{
    public OutboundSession Outbound { get; } = outbound;

    public KnownSession Known { get; } = known;

    /// <summary>The ids of the key packages. In memory only: what was sealed matters to no judgement.</summary>
    public HashSet<string> Granted { get; } = [];
}

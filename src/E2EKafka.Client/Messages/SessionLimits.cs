namespace E2EKafka.Messages;

/// <summary>How much one session may encrypt.</summary>
/// <param name="Messages">At most 2³²−1, because the sequence has 32 bits.</param>
/// <param name="Bytes">Bytes of plaintext.</param>
internal sealed record SessionLimits(long Messages, long Bytes)
{
    public static SessionLimits Default { get; } = new(uint.MaxValue, 256L << 30);

    /// <summary>From here on a successor is due: a sixteenth before the end.</summary>
    public bool IsNear(long messages, long bytes) => messages >= Messages - (Messages / 16) || bytes >= Bytes - (Bytes / 16);
}

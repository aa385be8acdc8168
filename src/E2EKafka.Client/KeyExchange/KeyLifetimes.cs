using E2EKafka.Messages;

namespace E2EKafka.KeyExchange;

/// <summary>How long keys live. Tests shorten them; applications get these defaults.</summary>
internal sealed record KeyLifetimes
{
    /// <summary>How long a session is used. Default 1 h.</summary>
    public TimeSpan Session { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long before a session's end its successor is announced. Default 5 min.</summary>
    public TimeSpan SuccessorLead { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>How much a session encrypts. Default 2³²−1 messages, 256 GiB.</summary>
    public SessionLimits SessionLimits { get; init; } = SessionLimits.Default;

    /// <summary>How soon after a session began it may be replaced so that a newcomer without access to history can read on. Default 10 s.</summary>
    public TimeSpan MinSessionAge { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long keys may be sealed to a key package. Default 24 h.</summary>
    public TimeSpan KeyPackage { get; init; } = TimeSpan.FromHours(24);

    /// <summary>When a key package is replaced. Default 12 h after it was made.</summary>
    public TimeSpan KeyPackageRenewal { get; init; } = TimeSpan.FromHours(12);

    /// <summary>How long after its expiry a key package's private key is kept, for grants still in the log. Default 24 h.</summary>
    public TimeSpan KeyPackageGrace { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long after a session's end its key is kept in memory where the topic's key retention is zero. Default 1 h.</summary>
    public TimeSpan MemoryRetention { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a consumer waits for a grant before it asks for one. Default 3 s.</summary>
    public TimeSpan KeyRequestDelay { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The first pause between two attempts at the same request; it doubles up to <see cref="MaxRetryDelay"/>. Default 2 s.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest pause between two attempts at the same request. Default 5 min.</summary>
    public TimeSpan MaxRetryDelay { get; init; } = TimeSpan.FromMinutes(5);
}

namespace E2EKafka.Diagnostics;

/// <summary>How the wait of a message ended.</summary>
internal enum WaitOutcome
{
    /// <summary>Neither way: its consumer, or the member, ended before.</summary>
    Ended,

    /// <summary>What it lacked is here.</summary>
    Opened,

    /// <summary>It has a session to be sent with.</summary>
    Sent,

    /// <summary>It is refused for good, or may not be sent.</summary>
    Refused,

    /// <summary>It has waited for as long as it may.</summary>
    GivenUp,
}

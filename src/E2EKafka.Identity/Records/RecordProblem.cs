namespace E2EKafka.Records;

/// <summary>Why a control record was skipped.</summary>
internal enum RecordProblem
{
    None,

    /// <summary>Too large, or not a JWS with exactly the header and members of its type.</summary>
    Malformed,

    /// <summary>A type that does not belong on its topic.</summary>
    UnexpectedType,

    /// <summary>Meant for another project.</summary>
    OtherProject,

    /// <summary>The credential is not the authority's, or not the sender's.</summary>
    UnknownSender,

    /// <summary>The sender was removed from the project.</summary>
    RevokedSender,

    /// <summary>Signed with a key that the sender has since replaced.</summary>
    ReplacedKey,

    /// <summary>A key, or something sealed to one, of an algorithm that the project document does not list.</summary>
    AlgorithmNotAllowed,

    /// <summary>The signature is wrong.</summary>
    BadSignature,

    /// <summary>Its times contradict each other, its credential or this clock.</summary>
    BadTimes,

    /// <summary>Kafka's timestamp of it is not a time.</summary>
    BadTimestamp,

    /// <summary>It reached the log, or this reader, too long after it was signed.</summary>
    Delayed,

    /// <summary>A record that contradicts an accepted one.</summary>
    Conflict,

    /// <summary>An older version of what is known.</summary>
    Outdated,

    /// <summary>A key that does not match the commitment that its producer announced.</summary>
    CommitmentMismatch,

    /// <summary>More than one member may have on record.</summary>
    OverBudget,
}

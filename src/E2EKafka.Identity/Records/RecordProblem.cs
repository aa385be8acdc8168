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

    /// <summary>In another partition than its own.</summary>
    WrongPartition,

    /// <summary>The authority has published no credential of the sender, or the record is a credential that is not the authority's.</summary>
    UnknownSender,

    /// <summary>Signed with a key that is not the one in the sender's newest credential.</summary>
    ReplacedKey,

    /// <summary>Signed after the sender's newest credential ended.</summary>
    ExpiredSender,

    /// <summary>A key, or something sealed to one, of an algorithm that the project document does not list.</summary>
    AlgorithmNotAllowed,

    /// <summary>The signature is wrong.</summary>
    BadSignature,

    /// <summary>Its times contradict each other or its sender's credential.</summary>
    BadTimes,

    /// <summary>Kafka's timestamp of it is not a time.</summary>
    BadTimestamp,

    /// <summary>It reached the log too long after it was signed, or before.</summary>
    Delayed,

    /// <summary>It names a project document that is not on the control topic.</summary>
    UnknownDocument,

    /// <summary>A record that contradicts an accepted one.</summary>
    Conflict,

    /// <summary>An older version of what is known.</summary>
    Outdated,

    /// <summary>A key that does not match the commitment that its producer announced.</summary>
    CommitmentMismatch,

    /// <summary>More than one member may have on record, or more grants by unknown senders than this member opens.</summary>
    OverBudget,
}

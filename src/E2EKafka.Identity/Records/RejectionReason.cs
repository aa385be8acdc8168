namespace E2EKafka.Records;

/// <summary>Why a record of a member is refused. Readers check in this order, the verifier all but the last two, and give the first.</summary>
internal enum RejectionReason
{
    /// <summary>Too large, or not exactly in the form of its type.</summary>
    Malformed,

    /// <summary>Meant for another project.</summary>
    OtherProject,

    /// <summary>A key, or something sealed to one, of an algorithm that the project document does not list.</summary>
    AlgorithmNotAllowed,

    /// <summary>In another partition than its own.</summary>
    WrongPartition,

    /// <summary>Signed more than 10 minutes before or after Kafka's timestamp of it.</summary>
    Delayed,

    /// <summary>The authority has published no credential of the sender.</summary>
    UnknownSender,

    /// <summary>Signed by a key that is not the one in the sender's newest credential.</summary>
    ReplacedKey,

    /// <summary>Signed after the sender's newest credential ended.</summary>
    ExpiredSender,

    /// <summary>The signature is wrong.</summary>
    BadSignature,

    /// <summary>It names a project document that is not on the control topic.</summary>
    UnknownDocument,

    /// <summary>It says more than the sender's credential allows, or its times contradict each other.</summary>
    BadTimes,
}

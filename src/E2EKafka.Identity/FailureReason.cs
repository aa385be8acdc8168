namespace E2EKafka;

/// <summary>Why E2EKafka refused. <see cref="FailureReasons.Kind"/> says what a caller can do about it.</summary>
public enum FailureReason
{
    // Getting ready

    /// <summary>The member has not caught up with the control topics yet, or the broker cannot be reached.</summary>
    NotReady,

    /// <summary>This machine's clock and the broker's are more than 2 min apart. Nothing is sent and no key is destroyed until they agree.</summary>
    ClockDisagrees,

    /// <summary>The member has no credential: no ticket was given, or the authority has not answered.</summary>
    NotEnrolled,

    /// <summary>The member's credential ended and the authority has not renewed it.</summary>
    CredentialExpired,

    /// <summary>The authority refused to renew: the member was revoked.</summary>
    Revoked,

    /// <summary>The ticket's text is not a ticket.</summary>
    TicketMalformed,

    /// <summary>The ticket belongs to another project or authority than <c>project.json</c>.</summary>
    TicketForOtherProject,

    /// <summary>The authority does not know the ticket.</summary>
    TicketUnknown,

    /// <summary>The ticket's lifetime is over.</summary>
    TicketExpired,

    /// <summary>Every use of the ticket is taken by another identity.</summary>
    TicketUsedUp,

    /// <summary>The authority could not read the request; the member's log has the details.</summary>
    RequestInvalid,

    /// <summary>The project document is not valid, or not signed by the project's authority.</summary>
    ProjectInvalid,

    /// <summary>A valid credential names a newer project document than this member has read.</summary>
    ProjectOutdated,

    /// <summary>The project allows a key algorithm that this release does not know: use a newer release.</summary>
    AlgorithmNotAvailable,

    /// <summary>A control record signed by this identity was not made by this process: the vault was copied.</summary>
    IdentityCloned,

    /// <summary>A control topic is missing and its creation was not allowed.</summary>
    ControlTopicMissing,

    /// <summary>A control topic has a setting that breaks a promise: it is compacted, so that any writer can erase what others said.</summary>
    ControlTopicMisconfigured,

    /// <summary>No broker answered: network, names, TLS.</summary>
    BrokerUnreachable,

    /// <summary>Kafka refuses this client's login, or a right that it needs on a control topic.</summary>
    KafkaAccessDenied,

    /// <summary>The options are not valid.</summary>
    OptionsInvalid,

    // The vault

    /// <summary>Another process has the vault open. One running process per identity.</summary>
    VaultLocked,

    /// <summary>The vault's key does not open it.</summary>
    VaultKeyWrong,

    /// <summary>The vault is damaged, or has lost what its owner cannot do without.</summary>
    VaultCorrupt,

    /// <summary>The vault cannot be read or written: path, permissions, disk.</summary>
    VaultUnavailable,

    // Producing

    /// <summary>Policy does not let this member produce to the topic.</summary>
    ProducerNotAuthorized,

    /// <summary>
    /// Nothing that outlives its process could open the message: no authorized reader with a durable vault (with MACs, one in each reader
    /// group), no archive reader, no durable vault of this member.
    /// </summary>
    NoDurableReader,

    /// <summary>The topic is compacted, so that Kafka keeps its records for ever, and policy states no key retention for it.</summary>
    KeyRetentionNotStated,

    /// <summary>A limit of the protocol keeps this member from serving the topic as well; the message names it. Other topics go on.</summary>
    LimitReached,

    /// <summary>The session could not be announced in time.</summary>
    SessionNotReady,

    /// <summary>The plaintext is larger than a message can be.</summary>
    MessageTooLarge,

    /// <summary>A record key was given to <c>Encrypt</c>: that would break partitioning and compaction. Use <c>BindKey</c>.</summary>
    RecordKeyNotEncryptable,

    // Opening

    /// <summary>The value is not an E2EKafka message.</summary>
    NotEncrypted,

    /// <summary>The message has a version or a flag that this release does not know.</summary>
    UnsupportedVersion,

    /// <summary>The message is shorter than a message can be.</summary>
    Truncated,

    /// <summary>No producer announced the session: forged, or older than the control topic's retention.</summary>
    UnknownSession,

    /// <summary>The session is announced; its key has not arrived yet.</summary>
    KeyNotYetReceived,

    /// <summary>The session's key was destroyed after the topic's key retention.</summary>
    KeyRetired,

    /// <summary>Policy does not let this member consume from the topic.</summary>
    ReaderNotAuthorized,

    /// <summary>Policy does not let the message's producer produce to the topic.</summary>
    ProducerDenied,

    /// <summary>The message's producer was removed as compromised, or was removed before it announced the session.</summary>
    ProducerRevoked,

    /// <summary>The message was written to another topic.</summary>
    WrongTopic,

    /// <summary>The session's authentication mode is weaker than policy demands, or its MACs prove no origin to this reader's group any more.</summary>
    WrongAuthentication,

    /// <summary>The producer's signature is wrong.</summary>
    SignatureInvalid,

    /// <summary>The ciphertext or its additional data was altered.</summary>
    AuthenticationFailed,

    /// <summary>A null value without an authenticated tombstone.</summary>
    TombstoneNotAuthenticated,

    /// <summary>The record's key is not the one that its producer bound, or was not bound at all.</summary>
    RecordKeyMismatch,

    /// <summary>The consumer's configuration hides the topic or the headers (<c>dotnet.consumer.consume.result.fields</c>).</summary>
    RecordContextMissing,

    /// <summary>The inner serializer or deserializer failed.</summary>
    InnerSerializerFailed,

    /// <summary>The inner serializer or deserializer failed with something that passes by itself: its schema registry cannot be reached.</summary>
    InnerSerializerUnavailable,
}

namespace E2EKafka;

/// <summary>Sorts reasons into kinds.</summary>
public static class FailureReasons
{
    /// <summary>What a caller can do about a failure with this reason.</summary>
    /// <param name="reason">The reason.</param>
    /// <returns>The kind.</returns>
    public static FailureKind Kind(this FailureReason reason) => reason switch
    {
        FailureReason.NotReady or
        FailureReason.ClockDisagrees or
        FailureReason.NotEnrolled or
        FailureReason.CredentialExpired or
        FailureReason.ProjectOutdated or
        FailureReason.BrokerUnreachable or
        FailureReason.NoDurableReader or
        FailureReason.SessionNotReady or
        FailureReason.KeyNotYetReceived or
        FailureReason.InnerSerializerUnavailable => FailureKind.Transient,

        FailureReason.KafkaAccessDenied or
        FailureReason.Revoked or
        FailureReason.TicketUnknown or
        FailureReason.TicketExpired or
        FailureReason.TicketUsedUp or
        FailureReason.ProducerNotAuthorized or
        FailureReason.KeyRetentionNotStated or
        FailureReason.ReaderNotAuthorized or
        FailureReason.ProducerDenied or
        FailureReason.ProducerRevoked or
        FailureReason.KeyRetired => FailureKind.Denied,

        _ => FailureKind.Invalid,
    };
}

namespace E2EKafka.Records;

/// <summary>The authority's refusal of a request.</summary>
/// <param name="Iss">The authority's identifier.</param>
/// <param name="Aud">The project's id.</param>
/// <param name="Sub">The identifier of who asked.</param>
/// <param name="Iat">When, in Unix seconds.</param>
/// <param name="Request">The hash of the request.</param>
/// <param name="Reason">Why.</param>
internal sealed record RefusalClaims(string Iss, string Aud, string Sub, long Iat, string Request, FailureReason Reason)
{
    /// <summary>Whether an authority gives a reason.</summary>
    public static bool IsReason(FailureReason reason) => reason is
        FailureReason.RequestInvalid or FailureReason.Revoked or FailureReason.TicketUnknown or FailureReason.TicketExpired or
        FailureReason.TicketUsedUp or FailureReason.NotEnrolled;
}

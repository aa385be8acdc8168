namespace E2EKafka.Records;

/// <summary>The payload of a credential (RFC 7519, with the confirmation key of RFC 7800).</summary>
/// <param name="Iss">The authority's identifier.</param>
/// <param name="Aud">The project's id.</param>
/// <param name="Sub">The member's identifier.</param>
/// <param name="Iat">From when it is valid, in Unix seconds.</param>
/// <param name="Exp">Until when, in Unix seconds.</param>
/// <param name="EnrolledAt">When the member first enrolled, in Unix seconds.</param>
/// <param name="Serial">Grows with every credential of a member; the highest wins.</param>
/// <param name="Cnf">The member's current identity key.</param>
/// <param name="Attributes">What policy rules speak of.</param>
/// <param name="Document">The newest project document when it was issued.</param>
/// <param name="Ticket">The hash of the ticket that the member enrolled with, so that a restored authority knows its uses.</param>
/// <param name="Request">The hash of the request that it was issued to answer. A later request may be answered by the same credential.</param>
internal sealed record CredentialClaims(
    string Iss,
    string Aud,
    string Sub,
    long Iat,
    long Exp,
    long EnrolledAt,
    long Serial,
    ConfirmationKey Cnf,
    IReadOnlyDictionary<string, string> Attributes,
    DocumentReference Document,
    string Ticket,
    string Request);

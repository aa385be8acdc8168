namespace E2EKafka.Authority;

/// <summary>What the authority keeps of a member, under its identifier.</summary>
/// <param name="Ticket">The hash of the ticket that it enrolled with.</param>
/// <param name="EnrolledAt">When, in Unix seconds.</param>
/// <param name="Attributes">What policy rules speak of.</param>
/// <param name="Serial">The serial of its newest credential.</param>
/// <param name="Key">The thumbprint of its identity key.</param>
/// <param name="Credential">Its newest credential.</param>
/// <param name="KeyChangedAt">When it last replaced its identity key, in Unix seconds, if it did.</param>
/// <param name="Revoked">Whether it was removed. That stays when the project document needs not say it any more.</param>
internal sealed record MemberRecord(
    string Ticket,
    long EnrolledAt,
    IReadOnlyDictionary<string, string> Attributes,
    long Serial,
    string Key,
    string Credential,
    long? KeyChangedAt = null,
    bool Revoked = false);

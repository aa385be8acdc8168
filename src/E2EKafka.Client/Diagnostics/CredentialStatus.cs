namespace E2EKafka;

/// <summary>A member's credential, in a status.</summary>
/// <param name="Serial">Its serial number. The member's next one has a higher one.</param>
/// <param name="Attributes">What policy rules know the member by.</param>
/// <param name="IssuedAt">When the authority issued it.</param>
/// <param name="RenewsAt">When the member asks for the next one: a quarter to three eighths into its life.</param>
/// <param name="ExpiresAt">Until when it is valid.</param>
public sealed record CredentialStatus(
    long Serial, IReadOnlyDictionary<string, string> Attributes, DateTimeOffset IssuedAt, DateTimeOffset RenewsAt, DateTimeOffset ExpiresAt);

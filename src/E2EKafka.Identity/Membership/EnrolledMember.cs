namespace E2EKafka;

/// <summary>What an authority knows of a member that has enrolled.</summary>
/// <param name="Identifier">The member's identifier, 43 characters of base64url.</param>
/// <param name="Attributes">What policy rules know it by.</param>
/// <param name="Revoked">How it was removed; <see langword="null"/> if it was not.</param>
public sealed record EnrolledMember(string Identifier, IReadOnlyDictionary<string, string> Attributes, RevocationKind? Revoked);

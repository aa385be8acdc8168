namespace E2EKafka.Cli;

/// <summary>One line of <c>member list</c>.</summary>
/// <param name="Identifier">The member's identifier, 43 characters.</param>
/// <param name="Attributes">Its attributes.</param>
/// <param name="Revoked">How it was removed, if it was.</param>
internal sealed record MemberListing(string Identifier, IReadOnlyDictionary<string, string> Attributes, RevocationKind? Revoked = null);

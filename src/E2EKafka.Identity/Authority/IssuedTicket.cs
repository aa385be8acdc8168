namespace E2EKafka;

/// <summary>What an authority knows of a ticket that it made. The ticket itself is a secret, which it does not keep.</summary>
/// <param name="Id">The SHA-256 hash of the ticket's secret, 43 characters of base64url. A credential names it.</param>
/// <param name="Attributes">What members that enroll with it get.</param>
/// <param name="Uses">How many identities may enroll with it.</param>
/// <param name="Used">How many did.</param>
/// <param name="ExpiresAt">Until when it can be used.</param>
public sealed record IssuedTicket(string Id, IReadOnlyDictionary<string, string> Attributes, int Uses, int Used, DateTimeOffset ExpiresAt);

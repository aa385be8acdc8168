namespace E2EKafka.Records;

/// <summary>What only the authority can read of a request.</summary>
/// <param name="Ticket">The ticket's secret, when enrolling.</param>
/// <param name="Change">The signed change to the key that the request is signed with, when rotating the identity key.</param>
internal sealed record AuthorityRequestBody(byte[]? Ticket = null, string? Change = null);

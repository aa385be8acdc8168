namespace E2EKafka;

/// <summary>What only the authority can read of a request: the ticket's secret when enrolling, nothing when renewing.</summary>
internal sealed record AuthorityRequestBody(byte[]? Ticket = null);

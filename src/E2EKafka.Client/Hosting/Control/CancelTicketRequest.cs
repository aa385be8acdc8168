namespace E2EKafka.Hosting;

/// <summary>Has an authority cancel a ticket, and remove the members that enrolled with it where <paramref name="Revoke"/> says how.</summary>
internal sealed record CancelTicketRequest(string Id, RevocationKind? Revoke) : ControlRequest;

namespace E2EKafka.Hosting;

/// <summary>Has an authority remove a member.</summary>
internal sealed record RevokeMemberRequest(string Identifier, RevocationKind Kind) : ControlRequest;

namespace E2EKafka.Cli;

/// <summary>Has an authority remove a member.</summary>
internal sealed record RevokeMemberRequest(string Identifier, RevocationKind Kind) : ControlRequest;

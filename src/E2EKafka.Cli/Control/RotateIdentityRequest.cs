namespace E2EKafka.Cli;

/// <summary>Has a member replace its identity key.</summary>
internal sealed record RotateIdentityRequest : ControlRequest;

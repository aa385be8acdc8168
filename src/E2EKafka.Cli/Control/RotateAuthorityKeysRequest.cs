namespace E2EKafka.Cli;

/// <summary>Has an authority replace its keys.</summary>
internal sealed record RotateAuthorityKeysRequest : ControlRequest;

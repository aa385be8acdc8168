namespace E2EKafka.Hosting;

/// <summary>Has an authority replace its keys.</summary>
internal sealed record RotateAuthorityKeysRequest : ControlRequest;

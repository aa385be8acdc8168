namespace E2EKafka.Hosting;

/// <summary>Has a member replace its identity key.</summary>
internal sealed record RotateIdentityRequest : ControlRequest;

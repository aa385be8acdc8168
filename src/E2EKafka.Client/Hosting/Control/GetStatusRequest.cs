namespace E2EKafka.Hosting;

/// <summary>Asks a member what it has.</summary>
internal sealed record GetStatusRequest : ControlRequest;

namespace E2EKafka.Cli;

/// <summary>Asks a member what it has.</summary>
internal sealed record GetStatusRequest : ControlRequest;

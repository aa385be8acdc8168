namespace E2EKafka.Hosting;

/// <summary>Asks an authority for the project document in force.</summary>
internal sealed record GetProjectRequest : ControlRequest
{
    public override bool NeedsKafka => false;
}

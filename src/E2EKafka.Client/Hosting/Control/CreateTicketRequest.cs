namespace E2EKafka.Hosting;

/// <summary>Asks an authority for a ticket.</summary>
internal sealed record CreateTicketRequest(IReadOnlyDictionary<string, string> Attributes, int Uses, long LifetimeSeconds) : ControlRequest
{
    public override bool NeedsKafka => false;
}

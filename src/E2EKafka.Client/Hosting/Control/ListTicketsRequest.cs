namespace E2EKafka.Hosting;

/// <summary>Asks an authority which tickets it has made.</summary>
internal sealed record ListTicketsRequest : ControlRequest
{
    public override bool NeedsKafka => false;
}

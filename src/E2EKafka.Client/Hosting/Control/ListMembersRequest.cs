namespace E2EKafka.Hosting;

/// <summary>Asks an authority who its members are.</summary>
internal sealed record ListMembersRequest : ControlRequest
{
    public override bool NeedsKafka => false;
}

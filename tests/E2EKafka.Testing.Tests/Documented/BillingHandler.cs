namespace E2EKafka.Testing.Tests.Documented;

/// <summary>An application's handler, as docs/testing.md tests one.</summary>
public sealed class BillingHandler(Action<string> bill, Action<OpenFailure> refuse)
{
    public void Handle(Verified<Order> order)
    {
        if (order.Failure is { } failure)
            refuse(failure);
        else if (order is { ProvenBy: MessageProof.Signature, Origin.Attributes: { } producer } && producer.GetValueOrDefault("service") == "shop")
            bill($"{order.Value.Count} × {order.Value.Article}");
    }
}

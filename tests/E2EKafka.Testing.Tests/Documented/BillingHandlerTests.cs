namespace E2EKafka.Testing.Tests.Documented;

// [snippet]
public class BillingHandlerTests
{
    [Test]
    public void An_order_of_the_shop_is_billed_and_a_forged_one_is_refused()
    {
        var bills = new List<string>();
        var refused = new List<OpenFailure>();
        var handler = new BillingHandler(bills.Add, refused.Add);

        handler.Handle(VerifiedFactory.Create(new Order("shoes", 2), attributes: new Dictionary<string, string> { ["service"] = "shop" }));
        handler.Handle(VerifiedFactory.Refused<Order>(FailureReason.SignatureInvalid));

        Assert.That(bills, Is.EqualTo(new[] { "2 × shoes" }));
        Assert.That(refused.Single().Reason, Is.EqualTo(FailureReason.SignatureInvalid));
    }
}
// [/snippet]

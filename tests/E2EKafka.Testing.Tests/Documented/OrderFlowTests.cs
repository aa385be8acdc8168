using Confluent.Kafka;

namespace E2EKafka.Testing.Tests.Documented;

public class OrderFlowTests
{
    // [snippet]
    [Test]
    public async Task An_order_reaches_billing_and_an_order_of_a_removed_shop_does_not()
    {
        await using var project = await InMemoryProject.StartAsync(options => options
            .Topic("orders", producers: ["service=shop"], consumers: ["service=billing"]));
        await using var shop = await project.AddMemberAsync("shop", ("service", "shop"));
        await using var billing = await project.AddMemberAsync("billing", ("service", "billing"));
        var context = new SerializationContext(MessageComponentType.Value, "orders", []);

        byte[] value = shop.Encrypt(new OrderJson()).Serialize(new Order("shoes", 2), context);
        Verified<Order> order = billing.DecryptVerified(new OrderJson()).Deserialize(value, isNull: false, context);
        Assert.That((order.Value.Article, order.Origin!.Producer), Is.EqualTo(("shoes", shop.Identifier)));

        await project.RevokeAsync(shop);
        order = billing.DecryptVerified(new OrderJson()).Deserialize(value, isNull: false, context);
        Assert.That(order.Failure!.Reason, Is.EqualTo(FailureReason.ProducerRevoked));
    }
    // [/snippet]
}

namespace E2EKafka.Testing.Tests.Documented;

public class LateKeyTests
{
    [Test]
    public async Task A_message_waits_for_its_key()
    {
        await using var project = await Orders.StartAsync();
        await using var shop = await project.AddShopAsync();
        await using var billing = await project.AddBillingAsync();
        var (context, order) = (Orders.Context(), Orders.Shoes);

        // [snippet]
        Task<Order> received;
        using (await project.HoldKeysAsync(billing))
        {
            byte[] value = shop.Encrypt(new OrderJson()).Serialize(order, context);
            received = Task.Run(() => billing.Decrypt(new OrderJson()).Deserialize(value, isNull: false, context));
            Assert.That(received.IsCompleted, Is.False);
        }

        Assert.That(await received, Is.EqualTo(order)); // the key has come
        // [/snippet]
    }
}

using System.Text;
using Confluent.Kafka;

namespace E2EKafka.Recipes;

/// <summary>
/// What a consumer could not open is copied as it is to a dead-letter topic: a record that no member made, and one that the consumer's own
/// deserializer cannot read. A member for repairs reads the second one there, with its producer, and refuses the first.
/// </summary>
internal static class DeadLettersRecipe
{
    public static async Task RunAsync(RecipeProject project, Action<string> say)
    {
        var orders = await project.CreateTopicAsync("orders");
        var deadLetters = await project.CreateTopicAsync("orders.dead-letters");
        await using var billing = await project.JoinAsync(options => options.Consume.Add(orders));
        await using var repair = await project.JoinAsync(options =>
        {
            options.Consume.Add(deadLetters);
            options.AcceptTopic(deadLetters, writtenAs: orders);
        });
        await using var shop = await project.JoinAsync(options => options.Produce.Add(orders));
        await project.ForgeAsync(orders, """{"Article":"forged","Quantity":1000}""");
        await project.SendAsync(orders, "two pairs of shoes, please", shop.Encrypt(Serializers.Utf8));
        await project.SendAsync(orders, new Order("shoes", 2), shop.Encrypt(new OrderJson()));

        var handled = await HandleAsync(project, billing, orders, deadLetters);
        RecipeProject.Check(handled == new Order("shoes", 2), $"{handled} was handled.");
        say($"Handled: {handled}. Two records before it were copied to {deadLetters}");

        // The forged record is plaintext: its forger had that. The shop's is not.
        RecipeProject.Check(Encoding.UTF8.GetString(project.ReadAsBroker(deadLetters, 1)[0].Value).Contains("forged"), "The record was not copied as it was.");
        project.CheckNoPlaintext(deadLetters, 2, "two pairs");

        using var consumer = new ConsumerBuilder<string, Verified<string>>(repair.Configure(project.ConsumerConfigOf("repair")))
            .SetValueDeserializer(repair.DecryptVerified(Deserializers.Utf8))
            .Build();
        consumer.Subscribe(deadLetters);
        var forged = consumer.ConsumeDecrypted(project.Patience).Message;
        RecipeProject.Check(forged.Value.Failure?.Reason == FailureReason.NotEncrypted, $"The forged record is {forged.Value}.");
        say($"The repairer refuses the forged one: {forged.Value.Failure!.Reason}");
        var letter = consumer.ConsumeDecrypted(project.Patience).Message;
        RecipeProject.Check(
            letter.Value.Failure is null && letter.Value.Value == "two pairs of shoes, please" && letter.Value.Origin!.Producer == shop.Identifier,
            $"The other is {letter.Value}, and not what the shop has sent.");
        say($"It reads the other: '{letter.Value.Value}', sent by the shop, set aside as {Encoding.UTF8.GetString(letter.Headers.GetLastBytes("failure"))}");
        consumer.Close();
    }

    /// <returns>The first order that could be opened.</returns>
    private static async Task<Order> HandleAsync(RecipeProject project, EndToEndKafka e2e, string topic, string deadLetters)
    {
        using var consumer = new ConsumerBuilder<string, Order>(e2e.Configure(project.ConsumerConfigOf("billing")))
            .SetValueDeserializer(e2e.Decrypt(new OrderJson()))
            .Build();
        using var copier = new ProducerBuilder<byte[], byte[]>(project.ProducerConfig).Build(); // not encrypting: records are copied as they are
        consumer.Subscribe(topic);
        while (true)
        {
            try
            {
                var order = consumer.ConsumeDecrypted(project.Patience).Message.Value;
                consumer.Close();
                return order;
            }
            catch (ConsumeException e) when (e.GetOpenFailure() is { Reason: not FailureReason.Revoked } failure)
            {
                var record = e.ConsumerRecord.Message;
                record.Headers.Add("failure", Encoding.UTF8.GetBytes(failure.Reason.ToString()));
                await copier.ProduceAsync(deadLetters, record, project.Patience);
            }
        }
    }
}

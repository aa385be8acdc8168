using Confluent.Kafka;

namespace E2EKafka.Recipes;

/// <summary>
/// A mirror copies records byte by byte to a topic of another name, as MirrorMaker does. A member reads them there if its options say what the
/// topic was written as. Another member refuses them: a message is bound to its topic.
/// </summary>
internal static class MirroredTopicsRecipe
{
    public static async Task RunAsync(RecipeProject project, Action<string> say)
    {
        var orders = await project.CreateTopicAsync("orders");
        var mirrored = await project.CreateTopicAsync("eu.orders");
        await using var knowing = await project.JoinAsync(options =>
        {
            options.Consume.Add(mirrored);
            options.AcceptTopic(mirrored, writtenAs: orders);
        });
        await using var other = await project.JoinAsync(options =>
        {
            options.Consume.Add(orders); // a member that does not consume it refuses the copy as UnknownSession
            options.Consume.Add(mirrored);
        });
        await using var shop = await project.JoinAsync(options => options.Produce.Add(orders));
        await project.SendAsync(orders, new Order("shoes", 2), shop.Encrypt(new OrderJson()));
        await MirrorAsync(project, orders, mirrored, static bytes => bytes);
        say($"A record of {orders} was copied to {mirrored}, byte by byte");

        var order = Read(project, knowing, "knowing", mirrored);
        RecipeProject.Check(order.Failure is null, $"The member that accepts {mirrored} refused the record: {order.Failure}");
        RecipeProject.Check(order.Value == new Order("shoes", 2) && order.Origin!.Producer == shop.Identifier, "Another order was read, or of another producer.");
        say($"With AcceptTopic(\"{mirrored}\", writtenAs: \"{orders}\") it is read: {order.Value}, sent by the shop");

        var refused = Read(project, other, "other", mirrored);
        RecipeProject.Check(refused.Failure?.Reason == FailureReason.WrongTopic, $"A member without AcceptTopic has {refused}.");
        say($"Without it, it is refused: {refused.Failure!.Reason}");
    }

    /// <summary>The mirror, which is no member. It copies one record.</summary>
    /// <param name="project">Where the topics are.</param>
    /// <param name="from">The topic to copy from.</param>
    /// <param name="to">The topic to copy to.</param>
    /// <param name="change">What a mirror that is not honest does to the value.</param>
    public static async Task MirrorAsync(RecipeProject project, string from, string to, Func<byte[], byte[]> change)
    {
        using var producer = new ProducerBuilder<byte[], byte[]>(project.ProducerConfig).Build();
        var record = project.ReadAsBroker(from, 1).Single();
        record.Value = change(record.Value);
        await producer.ProduceAsync(to, record, project.Patience);
    }

    public static Verified<Order> Read(RecipeProject project, EndToEndKafka e2e, string group, string topic)
    {
        using var consumer = new ConsumerBuilder<string, Verified<Order>>(e2e.Configure(project.ConsumerConfigOf(group)))
            .SetValueDeserializer(e2e.DecryptVerified(new OrderJson()))
            .Build();
        consumer.Subscribe(topic);
        var order = consumer.ConsumeDecrypted(project.Patience).Message.Value;
        consumer.Close();
        return order;
    }
}

using Confluent.Kafka;

namespace E2EKafka.Recipes;

/// <summary>
/// Consumes orders, and produces a bill for each in a transaction that also has the order's offset. The first try of the second bill is
/// aborted. Who reads with <c>read_committed</c> gets each bill once.
/// </summary>
internal static class TransactionsRecipe
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(RecipeProject project, Action<string> say)
    {
        var orders = await project.CreateTopicAsync("orders");
        var bills = await project.CreateTopicAsync("bills");
        await using var accounting = await project.JoinAsync(options => options.Consume.Add(bills));
        await using var billing = await project.JoinAsync(options =>
        {
            options.Consume.Add(orders);
            options.Produce.Add(bills);
        });
        await using var shop = await project.JoinAsync(options => options.Produce.Add(orders));
        foreach (var article in new[] { "shoes", "socks", "hats" })
            await project.SendAsync(orders, new Order(article, 2), shop.Encrypt(new OrderJson()));

        // The embedded Kafka takes all requests, but it marks no record as aborted, and commits no offset with a transaction.
        Bill(project, billing, orders, bills, abortedOnce: project.IsEmbedded ? null : "socks");
        say(project.IsEmbedded
            ? "3 orders billed in 3 transactions. The embedded Kafka can neither abort one nor commit offsets with it: run this on a real Kafka, too"
            : "3 orders billed in 3 transactions; a 4th one was aborted, and its order billed again");

        var all = ReadBills(project, accounting, bills, IsolationLevel.ReadUncommitted);
        var expected = project.IsEmbedded ? new[] { "shoes", "socks", "hats" } : ["shoes", "aborted", "socks", "hats"];
        RecipeProject.Check(all.SequenceEqual(expected), $"The topic has bills for {string.Join(", ", all)}.");
        var committed = ReadBills(project, accounting, bills, IsolationLevel.ReadCommitted);
        RecipeProject.Check(committed.SequenceEqual(["shoes", "socks", "hats"]), $"With read_committed there are bills for {string.Join(", ", committed)}.");
        say($"With read_committed, the bills are for: {string.Join(", ", committed)}");
        project.CheckNoPlaintext(bills, 1, "shoes");
    }

    /// <summary>Consumes until three orders are billed.</summary>
    private static void Bill(RecipeProject project, EndToEndKafka e2e, string orders, string bills, string? abortedOnce)
    {
        var consumerConfig = project.ConsumerConfigOf("billing");
        consumerConfig.EnableAutoCommit = false; // the transactions commit the offsets
        using var consumer = new ConsumerBuilder<string, Order>(e2e.Configure(consumerConfig))
            .SetValueDeserializer(e2e.Decrypt(new OrderJson()))
            .Build();
        var producerConfig = project.ProducerConfig;
        producerConfig.TransactionalId = bills;
        using var producer = new ProducerBuilder<string, Order>(producerConfig)
            .SetValueSerializer(e2e.Encrypt(new OrderJson()))
            .Build();
        producer.InitTransactions(Timeout);
        consumer.Subscribe(orders);
        for (var billed = 0; billed < 3;)
        {
            var record = consumer.ConsumeDecrypted(project.Patience);
            var order = record.Message.Value;
            producer.BeginTransaction();
            if (order.Article == abortedOnce)
            {
                producer.Produce(bills, new() { Key = record.Message.Key, Value = order with { Article = "aborted" } });
                producer.Flush(project.Patience); // it is in the topic
                producer.AbortTransaction(Timeout);
                consumer.Seek(record.TopicPartitionOffset);
                abortedOnce = null;
                continue;
            }

            producer.Produce(bills, new() { Key = record.Message.Key, Value = order });
            producer.SendOffsetsToTransaction([new(record.TopicPartition, record.Offset + 1)], consumer.ConsumerGroupMetadata, Timeout);
            producer.CommitTransaction(Timeout);
            billed++;
        }

        var next = consumer.Committed([new(orders, 0)], Timeout).Single().Offset;
        RecipeProject.Check(project.IsEmbedded || next == 3, $"The transactions have committed the offset {next} of {orders}, and not 3.");
        consumer.Close();
    }

    /// <returns>The articles of all bills, in the topic's order.</returns>
    private static List<string> ReadBills(RecipeProject project, EndToEndKafka e2e, string bills, IsolationLevel level)
    {
        var config = project.ConsumerConfigOf($"accounting-{level}");
        config.IsolationLevel = level;
        config.EnablePartitionEof = true;
        using var consumer = new ConsumerBuilder<string, Order>(e2e.Configure(config))
            .SetValueDeserializer(e2e.Decrypt(new OrderJson()))
            .Build();
        consumer.Subscribe(bills);
        List<string> articles = [];
        while (consumer.ConsumeDecrypted(project.Patience) is { IsPartitionEOF: false } record)
            articles.Add(record.Message.Value.Article);
        consumer.Close();
        return articles;
    }
}

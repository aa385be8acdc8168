using Confluent.Kafka;
using Microsoft.Extensions.Logging.Abstractions;
using Streamiz.Kafka.Net;
using Streamiz.Kafka.Net.SerDes;
using Streamiz.Kafka.Net.Stream;

namespace E2EKafka.Recipes;

/// <summary>A stream of Streamiz.Kafka.Net reads encrypted orders and writes encrypted bills. A forged order is left out.</summary>
internal static class StreamizRecipe
{
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
        await project.ForgeAsync(orders, """{"Article":"forged","Quantity":1000}""");
        await project.SendAsync(orders, new Order("shoes", 2), shop.Encrypt(new OrderJson()));
        await project.SendAsync(orders, new Order("hats", 0), shop.Encrypt(new OrderJson()));
        await project.SendAsync(orders, new Order("socks", 3), shop.Encrypt(new OrderJson()));

        HashSet<TopicPartitionOffset> refused = []; // Streamiz reads a record twice
        var stream = new KafkaStream(BuildTopology(billing, orders, bills), Config(project, bills, position => refused.Add(position)));
        await stream.StartAsync(project.Patience);
        try
        {
            using var consumer = new ConsumerBuilder<string, Verified<string>>(accounting.Configure(project.ConsumerConfigOf("accounting")))
                .SetValueDeserializer(accounting.DecryptVerified(Deserializers.Utf8))
                .Build();
            consumer.Subscribe(bills);
            foreach (var expected in new[] { "2 × shoes", "3 × socks" })
            {
                var bill = consumer.ConsumeDecrypted(project.Patience).Message.Value;
                RecipeProject.Check(
                    bill.Failure is null && bill.Value == expected && bill.Origin!.Producer == billing.Identifier, $"The bill is {bill}, and not '{expected}'.");
                say($"A bill: {bill.Value}, sent by the stream");
            }

            consumer.Close();
        }
        finally
        {
            stream.Dispose();
        }

        RecipeProject.Check(refused.SetEquals([new(orders, 0, 0)]), $"Refused were {string.Join(", ", refused)}, and not the forged order alone.");
        say($"The order that no member sent was left out: {refused.Single()}");
        project.CheckNoPlaintext(bills, 2, "shoes");
    }

    private static Topology BuildTopology(EndToEndKafka e2e, string orders, string bills)
    {
        // [snippet]
        var builder = new StreamBuilder();
        builder.Stream(orders, new StringSerDes(), new EncryptedSerDes<Order>(e2e, new OrderJson(), new OrderJson()))
            .Filter((_, order, _) => order.Quantity > 0)
            .MapValues((order, _) => $"{order.Quantity} × {order.Article}")
            .To(bills, new StringSerDes(), new EncryptedSerDes<string>(e2e, Serializers.Utf8, Deserializers.Utf8));
        return builder.Build();
        // [/snippet]
    }

    private static StreamConfig<StringSerDes, StringSerDes> Config(RecipeProject project, string applicationId, Action<TopicPartitionOffset> report) => new()
    {
        ApplicationId = applicationId,
        BootstrapServers = project.BootstrapServers,
        AutoOffsetReset = AutoOffsetReset.Earliest,
        FetchWaitMaxMs = 10,
        Logger = NullLoggerFactory.Instance,

        // [snippet]
        DeserializationExceptionHandler = (_, record, exception) =>
        {
            // A wait for a key that the end of the application cuts short says nothing of the record, and no more does this member's removal.
            if (exception is not MessageOpenException { Failure: { Kind: not FailureKind.Transient, Reason: not FailureReason.Revoked } })
                return ExceptionHandlerResponse.FAIL;

            report(record.TopicPartitionOffset);
            return ExceptionHandlerResponse.CONTINUE; // it is refused: without it
        },
        // [/snippet]
    };
}

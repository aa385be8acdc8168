using Confluent.Kafka;
using Confluent.Kafka.SyncOverAsync;
using Confluent.SchemaRegistry;
using Confluent.SchemaRegistry.Serdes;

namespace E2EKafka.Recipes;

/// <summary>Confluent's JSON serializers inside the encryption, also for the synchronous <c>Produce</c>.</summary>
internal static class JsonSchemaRecipe
{
    public static async Task RunAsync(RecipeProject project, Action<string> say)
    {
        await using var registry = RegistryStandIn.Start();
        var orders = await project.CreateTopicAsync("orders");
        await using var billing = await project.JoinAsync(options => options.Consume.Add(orders));
        await using var shop = await project.JoinAsync(options => options.Produce.Add(orders));
        Send(project, shop, registry, orders, new Order("shoes", 2));
        project.CheckNoPlaintext(orders, 1, "shoes");
        say($"A JSON order was sent, encrypted; its schema is in the registry at {registry.Url}");

        var received = Receive(project, billing, registry, orders);
        RecipeProject.Check(received == new Order("shoes", 2), $"{received} was received.");
        say($"It was received: {received}");
    }

    private static void Send(RecipeProject project, EndToEndKafka e2e, RegistryStandIn standIn, string topic, Order order)
    {
        var registryConfig = new SchemaRegistryConfig { Url = standIn.Url };
        var producerConfig = project.ProducerConfig;
        var cancellationToken = project.Patience;

        // [snippet]
        using var registry = new CachedSchemaRegistryClient(registryConfig);
        using var producer = new ProducerBuilder<string, Order>(producerConfig)
            .SetValueSerializer(e2e.Encrypt(new JsonSerializer<Order>(registry).AsSyncOverAsync())) // for Produce; ProduceAsync takes EncryptAsync
            .Build();
        producer.Produce(topic, new() { Key = "order-42", Value = order });
        producer.Flush(cancellationToken);
        // [/snippet]
    }

    private static Order Receive(RecipeProject project, EndToEndKafka e2e, RegistryStandIn standIn, string topic)
    {
        using var registry = new CachedSchemaRegistryClient(new SchemaRegistryConfig { Url = standIn.Url });
        using var consumer = new ConsumerBuilder<string, Order>(e2e.Configure(project.ConsumerConfigOf("billing")))
            .SetValueDeserializer(e2e.Decrypt(new JsonDeserializer<Order>(registry).AsSyncOverAsync()))
            .Build();
        consumer.Subscribe(topic);
        var order = consumer.ConsumeDecrypted(project.Patience).Message.Value;
        consumer.Close();
        return order;
    }
}

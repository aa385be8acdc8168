using Avro.Generic;
using Confluent.Kafka;
using Confluent.Kafka.SyncOverAsync;
using Confluent.SchemaRegistry;
using Confluent.SchemaRegistry.Serdes;

namespace E2EKafka.Recipes;

/// <summary>
/// Confluent's Avro serializers inside the encryption. The registry holds the schema, the broker not even its number. While the registry
/// does not answer a consumer, its record waits.
/// </summary>
internal static class AvroRecipe
{
    private static readonly Avro.RecordSchema OrderSchema = (Avro.RecordSchema)Avro.Schema.Parse(
        """{"type":"record","name":"Order","fields":[{"name":"article","type":"string"},{"name":"quantity","type":"int"}]}""");

    public static async Task RunAsync(RecipeProject project, Action<string> say)
    {
        await using var registry = RegistryStandIn.Start();
        var orders = await project.CreateTopicAsync("orders");
        await using var billing = await project.JoinAsync(options => options.Consume.Add(orders));
        await using var shop = await project.JoinAsync(options => options.Produce.Add(orders));
        var order = new GenericRecord(OrderSchema);
        order.Add("article", "shoes");
        order.Add("quantity", 2);
        await SendAsync(project, shop, registry, orders, order);
        project.CheckNoPlaintext(orders, 1, "shoes");
        say($"An Avro order was sent, encrypted; its schema is in the registry at {registry.Url}");

        registry.IsDown = true;
        var receiving = Task.Run(() => Receive(project, billing, registry, orders));
        await registry.WasMissed.WaitAsync(project.Patience);
        say("The registry did not answer the consumer: the record waits");
        registry.IsDown = false;
        var received = await receiving;
        RecipeProject.Check(received.Failure is null, $"The order is refused: {received.Failure}");
        RecipeProject.Check(received.Value.Equals(order) && received.Origin!.Producer == shop.Identifier, $"{received.Value} was received.");
        say($"The registry is back, and the record came: {received.Value["quantity"]} × {received.Value["article"]}, sent by the shop");
    }

    private static async Task SendAsync(RecipeProject project, EndToEndKafka e2e, RegistryStandIn standIn, string topic, GenericRecord order)
    {
        var registryConfig = new SchemaRegistryConfig { Url = standIn.Url };
        var producerConfig = project.ProducerConfig;
        var cancellationToken = project.Patience;

        // [snippet]
        using var registry = new CachedSchemaRegistryClient(registryConfig);
        using var producer = new ProducerBuilder<string, GenericRecord>(producerConfig)
            .SetKeySerializer(e2e.BindKey(Serializers.Utf8))
            .SetValueSerializer(e2e.EncryptAsync(new AvroSerializer<GenericRecord>(registry)))
            .Build();
        await producer.ProduceAsync(topic, new() { Key = "order-42", Value = order }, cancellationToken);
        // [/snippet]
    }

    public static Verified<GenericRecord> Receive(RecipeProject project, EndToEndKafka e2e, RegistryStandIn standIn, string topic)
    {
        var registryConfig = new SchemaRegistryConfig { Url = standIn.Url, MaxRetries = 1, RetriesWaitMs = 10 };
        var consumerConfig = project.ConsumerConfigOf("billing");
        var cancellationToken = project.Patience;

        // [snippet]
        using var registry = new CachedSchemaRegistryClient(registryConfig);
        using var consumer = new ConsumerBuilder<string, Verified<GenericRecord>>(e2e.Configure(consumerConfig))
            .SetKeyDeserializer(e2e.BindKey(Deserializers.Utf8))
            .SetValueDeserializer(e2e.DecryptVerified(new AvroDeserializer<GenericRecord>(registry).AsSyncOverAsync()))
            .Build();
        consumer.Subscribe(topic);
        var order = consumer.ConsumeDecrypted(cancellationToken).Message.Value;
        // [/snippet]
        consumer.Close();
        return order;
    }
}

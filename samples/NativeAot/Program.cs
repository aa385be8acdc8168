using Confluent.Kafka;
using E2EKafka;

// An authority, a producer and a consumer in one native binary, over a Kafka inside the process.
const string topic = "orders";
using var ending = new CancellationTokenSource(TimeSpan.FromMinutes(1));
using var cluster = EmbeddedCluster.Start();
cluster.CreateTopic(topic);
await using var authority = CredentialAuthority.Open(new CredentialAuthorityOptions
{
    ProjectName = "native",
    BootstrapServers = cluster.BootstrapServers,
    Kafka = { ["fetch.wait.max.ms"] = "10" }, // the embedded Kafka answers a fetch only after its wait
    UseInMemoryVault = true,
    IsDevelopment = true, // vaults in memory count as lasting
    CreateControlTopics = true,
});
await authority.StartAsync(ending.Token);
await using var consumer = await JoinAsync(options => options.Consume.Add(topic));
await using var producer = await JoinAsync(options => options.Produce.Add(topic));

using (var sender = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = cluster.BootstrapServers })
    .SetKeySerializer(producer.BindKey(Serializers.Utf8))
    .SetValueSerializer(producer.Encrypt(Serializers.Utf8))
    .Build())
{
    await sender.ProduceAsync(topic, new() { Key = "shoes", Value = "2 pairs" }, ending.Token);
}

var config = new ConsumerConfig { BootstrapServers = cluster.BootstrapServers, GroupId = "native", AutoOffsetReset = AutoOffsetReset.Earliest };
using var receiver = new ConsumerBuilder<string, Verified<string>>(consumer.Configure(config))
    .SetKeyDeserializer(consumer.BindKey(Deserializers.Utf8))
    .SetValueDeserializer(consumer.DecryptVerified(Deserializers.Utf8))
    .Build();
receiver.Subscribe(topic);
var order = receiver.ConsumeDecrypted(ending.Token).Message;
receiver.Close();
Console.WriteLine($"{order.Key}: {order.Value.Value}, sent by {(order.Value.Origin!.Producer == producer.Identifier ? "the producer" : "another")}, proven by {order.Value.Origin.ProvenBy}");

Task<EndToEndKafka> JoinAsync(Action<EndToEndKafkaOptions> topics)
{
    var options = new EndToEndKafkaOptions
    {
        Project = authority.Project,
        Ticket = authority.CreateTicket(new Dictionary<string, string>()),
        BootstrapServers = cluster.BootstrapServers,
        Kafka = { ["fetch.wait.max.ms"] = "10" },
        UseInMemoryVault = true,
    };
    topics(options);
    return EndToEndKafka.ConnectAsync(options, cancellationToken: ending.Token);
}

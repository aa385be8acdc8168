using Confluent.Kafka;

namespace E2EKafka.QuickStart;

/// <summary>The whole story, as an application would write it. docs/getting-started.md shows the part between the two marks.</summary>
internal static class Story
{
    public const int Partitions = 3;

    public static async Task<StoryOutcome> TellAsync(IDemoKafka kafka, Action<string> say, CancellationToken cancellationToken)
    {
        // [snippet]
        // The project's owner creates the project and runs its authority, over Kafka.
        await using var authority = CredentialAuthority.Open(new CredentialAuthorityOptions
        {
            ProjectName = "demo",
            BootstrapServers = kafka.BootstrapServers,
            Kafka = { ["fetch.wait.max.ms"] = "10" }, // the embedded Kafka answers a fetch only after its wait
            UseInMemoryVault = true,
            IsDevelopment = true, // vaults in memory count as lasting
            ControlTopicPrefix = kafka.ControlTopicPrefix,
            CreateControlTopics = true,
        });
        var projectJson = authority.Project.ToJson(); // no secret in it
        await kafka.CreateTopicsAsync(authority.Project);
        say($"Project '{authority.Project.Name}' created, id {authority.Project.Id}");
        await authority.StartAsync(cancellationToken);
        say("The authority serves, over Kafka");

        // It issues three tickets: each lets one new member in, within ten minutes.
        var attributes = new Dictionary<string, string> { ["role"] = "member" };
        var tickets = Enumerable.Range(0, 3).Select(_ => authority.CreateTicket(attributes)).ToList();
        say("Three enrollment tickets issued, for one use each");

        // Three applications, anywhere. Each makes its own keys, and enrolls through Kafka with its ticket.
        await using var consumer = await JoinAsync(tickets[0], options => options.Consume.Add(kafka.Topic));
        say($"consumer  enrolled as {consumer.Identifier}");
        await using var producer1 = await JoinAsync(tickets[1], options => options.Produce.Add(kafka.Topic));
        say($"producer1 enrolled as {producer1.Identifier}");
        await using var producer2 = await JoinAsync(tickets[2], options => options.Produce.Add(kafka.Topic));
        say($"producer2 enrolled as {producer2.Identifier}");

        // Both producers send. The change to their code is the value's serializer; BindKey, if wanted, proves the record key too.
        foreach (var (producer, orders) in new[] { (producer1, Orders.First), (producer2, Orders.Second) })
        {
            var config = new ProducerConfig { BootstrapServers = kafka.BootstrapServers, LingerMs = 0 };
            using var sender = new ProducerBuilder<string, Order>(config)
                .SetKeySerializer(producer.BindKey(Serializers.Utf8))
                .SetValueSerializer(producer.Encrypt(new OrderJson()))
                .Build();
            foreach (var (key, order) in orders)
                await sender.ProduceAsync(kafka.Topic, new() { Key = key, Value = order }, cancellationToken);
        }

        say($"{Orders.First.Count} + {Orders.Second.Count} orders sent to {kafka.Topic}");

        // The consumer gets orders that are verified, with who sent them.
        using var receiver = new ConsumerBuilder<string, Verified<Order>>(kafka.ConsumerConfig())
            .SetKeyDeserializer(consumer.BindKey(Deserializers.Utf8))
            .SetValueDeserializer(consumer.DecryptVerified(new OrderJson()))
            .Build();
        receiver.Subscribe(kafka.Topic);
        var received = new List<ConsumeResult<string, Verified<Order>>>();
        while (received.Count < Orders.First.Count + Orders.Second.Count)
            received.Add(receiver.ConsumeDecrypted(cancellationToken));
        say($"{received.Count(record => record.Message.Value.IsVerified)} orders received and verified");

        Task<EndToEndKafka> JoinAsync(string ticket, Action<EndToEndKafkaOptions> topics)
        {
            var options = new EndToEndKafkaOptions
            {
                Project = ProjectDocument.Parse(projectJson),
                Ticket = ticket,
                BootstrapServers = kafka.BootstrapServers,
                Kafka = { ["fetch.wait.max.ms"] = "10" },
                UseInMemoryVault = true,
            };
            topics(options);
            return EndToEndKafka.ConnectAsync(options, cancellationToken: cancellationToken);
        }

        // [/snippet]
        return new StoryOutcome(authority.Project, received, producer1.Identifier, producer2.Identifier);
    }
}

using Confluent.Kafka;
using E2EKafka.QuickStart;
using E2EKafka.Samples.Tests.Snippets;

namespace E2EKafka.Samples.Tests;

/// <summary>The recipe of docs/consuming.md, run as it stands there.</summary>
[TestFixture]
public class DeadLetterTests
{
    private const string Topic = "orders";
    private const string DeadLetters = "orders.dead-letters";

    [Test]
    public async Task What_a_loop_could_not_open_is_read_from_the_dead_letters()
    {
        using var cluster = EmbeddedCluster.Start();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(50));
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
        await using var authority = CredentialAuthority.Open(new CredentialAuthorityOptions
        {
            ProjectName = "orders",
            BootstrapServers = cluster.BootstrapServers,
            Kafka = { ["fetch.wait.max.ms"] = "10" },
            UseInMemoryVault = true,
            IsDevelopment = true,
        });
        foreach (var topic in authority.Project.ControlTopics)
            cluster.CreateTopic(topic.Name, topic.Partitions);
        cluster.CreateTopic(Topic);
        cluster.CreateTopic(DeadLetters);
        await authority.StartAsync(patience.Token);
        await using var receiver = await JoinAsync(options => options.Consume.Add(Topic));
        await using var repair = await JoinAsync(Consuming.DeadLetterReader);
        await using var sender = await JoinAsync(options => options.Produce.Add(Topic));

        var producerConfig = new ProducerConfig { BootstrapServers = cluster.BootstrapServers, LingerMs = 0 };
        using (var garbled = new ProducerBuilder<string, string>(producerConfig).SetValueSerializer(sender.Encrypt(Serializers.Utf8)).Build())
            await garbled.ProduceAsync(Topic, new Message<string, string> { Key = "a", Value = "no order" }, patience.Token);
        using (var plain = new ProducerBuilder<string, string>(producerConfig).Build())
            await plain.ProduceAsync(Topic, new Message<string, string> { Key = "b", Value = "not encrypted" }, patience.Token);
        using (var orders = new ProducerBuilder<string, Order>(producerConfig).SetValueSerializer(sender.Encrypt(new OrderJson())).Build())
            await orders.ProduceAsync(Topic, new Message<string, Order> { Key = "c", Value = Orders.First[0].Value }, patience.Token);

        // The loop has no end but the token: the last record, which it can open, says that the others were handled.
        List<Order> handled = [];
        await AssertCancelledAsync(Task.Run(() => Consuming.DeadLettersAsync(receiver, ConfigOf("receiver"), producerConfig, Handle, enough.Token)));

        using var reader = new ConsumerBuilder<string, Verified<string>>(repair.Configure(ConfigOf("repair"))).SetValueDeserializer(repair.DecryptVerified(Deserializers.Utf8)).Build();
        reader.Subscribe(DeadLetters);
        var letters = Enumerable.Range(0, 2).Select(_ => reader.ConsumeDecrypted(patience.Token).Message).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(handled, Is.EqualTo(new[] { Orders.First[0].Value }));
            Assert.That(letters[0].Value.Value, Is.EqualTo("no order"));
            Assert.That(letters[0].Value.Origin!.Producer, Is.EqualTo(sender.Identifier));
            Assert.That(letters[0].Headers.GetLastBytes("failure"), Is.EqualTo("InnerSerializerFailed"u8.ToArray()));
            Assert.That(letters[1].Value.Failure!.Reason, Is.EqualTo(FailureReason.NotEncrypted));
        });

        void Handle(Order order)
        {
            handled.Add(order);
            enough.Cancel();
        }

        ConsumerConfig ConfigOf(string group) => new()
        {
            BootstrapServers = cluster.BootstrapServers,
            GroupId = group,
            AutoOffsetReset = AutoOffsetReset.Earliest,
            FetchWaitMaxMs = 10,
        };

        Task<EndToEndKafka> JoinAsync(Action<EndToEndKafkaOptions> topics)
        {
            var options = new EndToEndKafkaOptions
            {
                Project = ProjectDocument.Parse(authority.Project.ToJson()),
                Ticket = authority.CreateTicket(),
                BootstrapServers = cluster.BootstrapServers,
                Kafka = { ["fetch.wait.max.ms"] = "10" },
                UseInMemoryVault = true,
            };
            topics(options);
            return EndToEndKafka.ConnectAsync(options, cancellationToken: patience.Token);
        }
    }

    private static async Task AssertCancelledAsync(Task loop)
    {
        try
        {
            await loop;
            Assert.Fail("The loop has an end.");
        }
        catch (OperationCanceledException)
        {
            // As it should be.
        }
    }
}

using Confluent.Kafka;

namespace E2EKafka.Integration.Tests;

[TestFixture]
public class ExchangeTests
{
    private const string Topic = "demo-topic";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task Two_producers_and_one_consumer_exchange_a_thousand_messages_each_over_three_partitions()
    {
        const int count = 1_000;
        await using var project = await TestProjectOnKafka.StartAsync();
        project.Cluster.CreateTopic(Topic, 3);
        await using var reader = await project.JoinAsync(options => options.Consume.Add(Topic));
        await using var first = await project.JoinAsync(options => options.Produce.Add(Topic));
        await using var second = await project.JoinAsync(options => options.Produce.Add(Topic));
        using var firstProducer = project.NewProducer(first);
        using var secondProducer = project.NewProducer(second);
        for (var i = 0; i < count; i++)
        {
            firstProducer.Produce(Topic, new Message<string, string> { Key = $"{i}", Value = $"first {i}" });
            secondProducer.Produce(Topic, new Message<string, string> { Key = $"{i}", Value = $"second {i}" });
        }

        firstProducer.Flush(Patience);
        secondProducer.Flush(Patience);

        using var consumer = project.NewConsumer(reader, Topic);
        var received = new HashSet<string>();
        using var patience = new CancellationTokenSource(Patience);
        while (received.Count < 2 * count)
        {
            var value = consumer.ConsumeDecrypted(patience.Token).Message.Value;
            var sender = value.Value.StartsWith("first", StringComparison.Ordinal) ? first : second;
            Assert.Multiple(() =>
            {
                Assert.That(value.IsVerified);
                Assert.That(value.Origin!.Proof, Is.EqualTo(MessageProof.Producer));
                Assert.That(value.Origin!.Producer, Is.EqualTo(sender.Identifier));
                Assert.That(received.Add(value.Value), "a message came twice");
            });
        }
    }
}

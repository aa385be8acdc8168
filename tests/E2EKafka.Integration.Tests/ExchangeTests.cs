using Confluent.Kafka;
using E2EKafka.TestMember;

namespace E2EKafka.Integration.Tests;

[TestFixture]
public class ExchangeTests
{
    private const int Count = 1_000;
    private const string Topic = TestProjectOnKafka.Topic;

    [Test]
    public async Task Two_producers_and_one_consumer_exchange_a_thousand_messages_each_over_three_partitions()
    {
        await using var project = await TestProjectOnKafka.StartAsync();
        await using var reader = await project.JoinAsync(options => options.Consume.Add(Topic));
        await using var first = await project.JoinAsync(options => options.Produce.Add(Topic));
        await using var second = await project.JoinAsync(options => options.Produce.Add(Topic));
        using var firstProducer = project.NewProducer(first);
        using var secondProducer = project.NewProducer(second);
        for (var i = 0; i < Count; i++)
        {
            firstProducer.Produce(Topic, new Message<string, string> { Key = $"{i}", Value = $"first {i}" });
            secondProducer.Produce(Topic, new Message<string, string> { Key = $"{i}", Value = $"second {i}" });
        }

        firstProducer.Flush(TestProjectOnKafka.Patience);
        secondProducer.Flush(TestProjectOnKafka.Patience);

        using var consumer = project.NewReader(reader);
        var received = new HashSet<string>();
        var partitions = new HashSet<int>();
        while (received.Count < 2 * Count)
        {
            var record = consumer.NextRecord();
            var value = record.Message.Value;
            var sender = value.Value.StartsWith("first", StringComparison.Ordinal) ? first : second;
            Assert.Multiple(() =>
            {
                Assert.That(value.Origin!.ProvenBy, Is.EqualTo(MessageProof.Signature));
                Assert.That(value.Origin!.Producer, Is.EqualTo(sender.Identifier));
                Assert.That(received.Add(value.Value), "a message came twice");
            });
            partitions.Add(record.Partition);
        }

        Assert.That(partitions, Is.EquivalentTo([0, 1, 2]));
    }

    [TestCase(true, TestName = "Members_in_processes_of_their_own_exchange_messages_when_the_consumer_starts_first")]
    [TestCase(false, TestName = "Members_in_processes_of_their_own_exchange_messages_when_the_producers_start_first")]
    public async Task Members_in_processes_of_their_own_exchange_messages(bool consumerFirst)
    {
        await using var project = await TestProjectOnKafka.StartAsync();
        var consumer = consumerFirst ? await StartConsumerAsync(project) : null;

        // Where no member reads yet, only a vault that outlives the process lets its member send.
        await using var first = MemberProcess.Start(Producer("first"));
        await using var second = MemberProcess.Start(Producer("second"));
        var firstIdentifier = (await first.UntilAsync(MemberEventKind.Ready)).Identifier;
        var secondIdentifier = (await second.UntilAsync(MemberEventKind.Ready)).Identifier;
        await first.UntilAsync(MemberEventKind.AllSent);
        await second.UntilAsync(MemberEventKind.AllSent);
        consumer ??= await StartConsumerAsync(project);

        await using (consumer)
        {
            var received = new HashSet<string>();
            while (received.Count < 2 * Count)
            {
                var message = await consumer.UntilAsync(MemberEventKind.Received);
                Assert.That(message.Reason, Is.Null, message.Message);
                var sender = message.Value!.StartsWith("first", StringComparison.Ordinal) ? firstIdentifier : secondIdentifier;
                Assert.Multiple(() =>
                {
                    Assert.That(message.ProvenBy, Is.EqualTo(MessageProof.Signature));
                    Assert.That(message.Producer, Is.EqualTo(sender));
                    Assert.That(received.Add(message.Value), "a message came twice");
                });
            }
        }

        MemberSettings Producer(string name) => project.Settings(MemberRole.Produce, project.Authority.CreateTicket()) with
        {
            Text = name + " ",
            Count = Count,
            VaultFile = consumerFirst ? null : project.Folder[name],
        };
    }

    private static async Task<MemberProcess> StartConsumerAsync(TestProjectOnKafka project)
    {
        var consumer = MemberProcess.Start(project.Settings(MemberRole.Consume, project.Authority.CreateTicket()));
        await consumer.UntilAsync(MemberEventKind.Ready);
        return consumer;
    }
}

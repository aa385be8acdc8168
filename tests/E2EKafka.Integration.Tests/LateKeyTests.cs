using Confluent.Kafka;

namespace E2EKafka.Integration.Tests;

/// <summary>Records that come before their keys.</summary>
[TestFixture]
public class LateKeyTests
{
    private const string Topic = TestProjectOnKafka.Topic;

    [Test]
    public async Task A_record_whose_key_is_late_waits_for_it_while_other_partitions_go_on()
    {
        await using var project = await TestProjectOnKafka.StartAsync();
        var ticket = project.Authority.CreateTicket();
        await using (var early = await project.ConnectAsync(ticket, Durable))
        {
            await project.SendAsync(early, "late key 1", partition: 0);
            await project.SendAsync(early, "late key 2", partition: 0);
        }

        // No member that has the key is there.
        await using var late = await project.JoinAsync(options => options.Consume.Add(Topic));
        await using var other = await project.JoinAsync(options => options.Produce.Add(Topic));
        using var reader = project.NewReader(late);
        for (var i = 0; i < 3; i++)
        {
            await project.SendAsync(other, $"other {i}", partition: 1);
            Assert.That(reader.NextValues(1), Is.EqualTo([$"other {i}"]));
        }

        await using var again = await project.ConnectAsync(ticket, Durable);

        Assert.That(reader.NextValues(2), Is.EqualTo(["late key 1", "late key 2"]));

        void Durable(EndToEndKafkaOptions options)
        {
            project.KeepIn("producer", options);
            options.Produce.Add(Topic);
        }
    }

    [Test]
    public async Task A_record_whose_key_is_late_is_not_committed_and_read_again_by_the_next_consumer()
    {
        await using var project = await TestProjectOnKafka.StartAsync();
        var ticket = project.Authority.CreateTicket();
        await using (var early = await project.ConnectAsync(ticket, options => project.KeepIn("producer", options)))
            await project.SendAsync(early, "late key", partition: 0);
        await using var late = await project.JoinAsync(options => options.Consume.Add(Topic));
        var partition = new TopicPartition(Topic, 0);
        var config = project.ConsumerConfig("committing");
        config.AutoCommitIntervalMs = 100;

        using (var first = NewConsumer())
        {
            first.Assign(partition);
            using var soon = new CancellationTokenSource(WaitBudget.Allowance + TimeSpan.FromSeconds(1));
            Assert.Throws<OperationCanceledException>(() => first.ConsumeDecrypted(soon.Token));
            first.Close();
        }

        await using var again = await project.ConnectAsync(ticket, options =>
        {
            project.KeepIn("producer", options);
            options.Produce.Add(Topic);
        });
        using var second = NewConsumer();
        second.Assign(partition);
        using var patience = new CancellationTokenSource(TestProjectOnKafka.Patience);
        Assert.That(second.ConsumeDecrypted(patience.Token).Message.Value, Is.EqualTo("late key"));
        second.Close();

        IConsumer<string, string> NewConsumer() =>
            new ConsumerBuilder<string, string>(config).SetValueDeserializer(late.Decrypt(Deserializers.Utf8)).Build();
    }

    [Test]
    public async Task A_record_that_cannot_be_looked_up_while_the_broker_is_away_is_not_skipped()
    {
        await using var project = await TestProjectOnKafka.StartAsync();
        await using var reader = await project.JoinAsync(options => options.Consume.Add(Topic));
        await using var producer = await project.JoinAsync(options => options.Produce.Add(Topic));
        await project.SendAsync(producer, "first");
        var message = producer.Protector.Protect(TestProjectOnKafka.Bytes("later"), new MessageContext(Topic));

        // A member that has not heard of the session, and cannot ask.
        await using var late = await project.JoinAsync();
        project.Cluster.StopBroker(1);
        var refused = Assert.Throws<MessageOpenException>(() => late.Protector.Open(message, new MessageContext(Topic)))!;
        Assert.That(refused.Kind, Is.EqualTo(FailureKind.Transient), refused.Message);
        refused = Assert.Throws<MessageOpenException>(() => late.Protector.Open(message, new MessageContext(Topic)))!;
        Assert.That(refused.Kind, Is.EqualTo(FailureKind.Transient), refused.Message);

        project.Cluster.StartBroker(1);
        var startedAt = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                var opened = late.Protector.Open(message, new MessageContext(Topic));
                Assert.That(opened.Plaintext.ToArray(), Is.EqualTo(TestProjectOnKafka.Bytes("later")));
                return;
            }
            catch (MessageOpenException e) when (e.Kind == FailureKind.Transient)
            {
                Assert.That(TimeProvider.System.GetElapsedTime(startedAt), Is.LessThan(TestProjectOnKafka.Patience), e.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(100));
            }
        }
    }
}

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
    public async Task In_batches_records_whose_key_is_late_come_in_their_turn_while_other_partitions_go_on()
    {
        await using var project = await TestProjectOnKafka.StartAsync();
        var ticket = project.Authority.CreateTicket();
        await using (var early = await project.ConnectAsync(ticket, options => project.KeepIn("producer", options)))
        {
            await project.SendAsync(early, "late key 1", partition: 0);
            await project.SendAsync(early, "late key 2", partition: 0);
        }

        await using var late = await project.JoinAsync(options => options.Consume.Add(Topic));
        await using var other = await project.JoinAsync(options => options.Produce.Add(Topic));
        await project.SendAsync(other, "behind", partition: 0);
        await project.SendAsync(other, "other 1", partition: 1);
        await project.SendAsync(other, "other 2", partition: 1);
        using var consumer = new ConsumerBuilder<string, string>(project.ConsumerConfig("batches")).SetValueDeserializer(late.Decrypt(Deserializers.Utf8)).Build();
        consumer.Assign([new TopicPartition(Topic, 0), new TopicPartition(Topic, 1)]);
        Assert.That(NextValues(2), Is.EqualTo(["other 1", "other 2"]));
        Assert.That(SpinWait.SpinUntil(() => consumer.ConsumeDecryptedBatch(10, TimeSpan.FromMilliseconds(100)).Count == 0 && late.Waits.Count == 1, TestProjectOnKafka.Patience));

        await using var again = await project.ConnectAsync(ticket, options => project.KeepIn("producer", options));
        Assert.That(NextValues(3), Is.EqualTo(["late key 1", "late key 2", "behind"]));
        consumer.Close();

        List<string> NextValues(int count)
        {
            using var patience = new CancellationTokenSource(TestProjectOnKafka.Patience);
            List<string> values = [];
            while (values.Count < count)
                values.AddRange(consumer.ConsumeDecryptedBatch(10, TestProjectOnKafka.Patience, cancellationToken: patience.Token).Select(record => record.Message.Value));
            return values;
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
            using var waits = new CancellationTokenSource();
            var reading = Task.Run(() => first.ConsumeDecrypted(waits.Token));
            Assert.That(SpinWait.SpinUntil(() => late.Waits.Count == 1, TestProjectOnKafka.Patience));
            await waits.CancelAsync();
            Assert.That(() => reading.WaitAsync(TestProjectOnKafka.Patience), Throws.InstanceOf<OperationCanceledException>());
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
        var opening = late.Protector.OpenAsync(message, new MessageContext(Topic));
        Assert.That(SpinWait.SpinUntil(() => late.NotReady is { Reason: FailureReason.BrokerUnreachable }, TestProjectOnKafka.Patience));
        Assert.That(opening.IsCompleted, Is.False);

        project.Cluster.StartBroker(1);
        Assert.That((await opening.WaitAsync(TestProjectOnKafka.Patience)).Plaintext.ToArray(), Is.EqualTo(TestProjectOnKafka.Bytes("later")));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task A_plain_loop_waits_for_a_late_key_and_reads_every_record_once_and_in_order(bool verifies)
    {
        await using var project = await TestProjectOnKafka.StartAsync();
        var ticket = project.Authority.CreateTicket();
        await using (var early = await project.ConnectAsync(ticket, Durable))
        {
            for (var i = 0; i < 3; i++)
                await project.SendAsync(early, $"{i}", partition: 0);
        }

        await using var late = await project.JoinAsync(options => options.Consume.Add(Topic));
        await using var other = await project.JoinAsync(options => options.Produce.Add(Topic));
        for (var i = 3; i < 6; i++)
            await project.SendAsync(other, $"{i}", partition: 0);
        var config = project.ConsumerConfig("plain");
        config.EnableAutoOffsetStore = true; // as it is by default
        using var patience = new CancellationTokenSource(TestProjectOnKafka.Patience);
        var reading = Task.Run(() => verifies
            ? Read(late.DecryptVerified(Deserializers.Utf8), value => value.Value)
            : Read(late.Decrypt(Deserializers.Utf8), value => value));
        Assert.That(SpinWait.SpinUntil(() => late.Waits.Count == 1, TestProjectOnKafka.Patience));
        await using var again = await project.ConnectAsync(ticket, Durable);

        Assert.That(await reading.WaitAsync(TestProjectOnKafka.Patience), Is.EqualTo(["0", "1", "2", "3", "4", "5"]));
        Assert.That(late.Waits.Count, Is.Zero);

        List<string> Read<T>(IDeserializer<T> deserializer, Func<T, string> textOf)
        {
            using var consumer = new ConsumerBuilder<string, T>(config).SetValueDeserializer(deserializer).Build();
            consumer.Assign(new TopicPartition(Topic, 0));
            List<string> read = [];
            while (read.Count < 6)
                read.Add(textOf(consumer.Consume(patience.Token).Message.Value));
            consumer.Close();
            return read;
        }

        void Durable(EndToEndKafkaOptions options)
        {
            project.KeepIn("producer", options);
            options.Produce.Add(Topic);
        }
    }
}

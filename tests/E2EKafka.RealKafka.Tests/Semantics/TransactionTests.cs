using Confluent.Kafka;

namespace E2EKafka.RealKafka.Tests.Semantics;

[TestFixture]
public class TransactionTests
{
    private static readonly TimeSpan Patience = ProjectOnKafka.Patience;

    [Test]
    public async Task An_aborted_message_is_never_shown_to_a_read_committed_reader_and_the_session_goes_on()
    {
        await using var project = await ProjectOnBroker.StartSharedAsync(partitions: 1);
        await using var reader = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        await using var writer = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));
        using var producer = NewTransactionalProducer(project, writer);
        for (var i = 0; i < 3; i++)
        {
            Send(producer, project, $"aborted {i}");
            producer.AbortTransaction(Patience);
            Send(producer, project, $"committed {i}");
            producer.CommitTransaction(Patience);
        }

        // A transaction that is still open hides what comes after it, too.
        Send(producer, project, "open");
        using var committed = project.NewAssignedConsumer(reader, config => config.IsolationLevel = IsolationLevel.ReadCommitted);
        using var uncommitted = project.NewAssignedConsumer(reader, config => config.IsolationLevel = IsolationLevel.ReadUncommitted);

        Assert.That(committed.NextValues(3), Is.EqualTo(["committed 0", "committed 1", "committed 2"]));
        var all = Enumerable.Range(0, 7).Select(_ => uncommitted.Next().Message.Value).ToList();
        Assert.That(all.Select(message => message.Value), Is.EqualTo(["aborted 0", "committed 0", "aborted 1", "committed 1", "aborted 2", "committed 2", "open"]));

        // The numbers of aborted messages are used up: none is given twice.
        Assert.That(all.Select(message => (message.Origin!.Session, message.Origin.Sequence)), Is.Unique);

        producer.CommitTransaction(Patience);
        Assert.That(committed.NextValues(1), Is.EqualTo(["open"]));
    }

    [Test]
    public async Task A_transaction_that_is_aborted_before_anything_is_flushed_leaves_nothing_and_the_next_goes_through()
    {
        await using var project = await ProjectOnBroker.StartSharedAsync(partitions: 1);
        await using var reader = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        await using var writer = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));
        using var producer = NewTransactionalProducer(project, writer, config => config.LingerMs = 5_000);
        producer.BeginTransaction();
        producer.Produce(project.DataTopic, new Message<string, string> { Key = "key", Value = "encrypted and never sent" });
        producer.AbortTransaction(Patience);
        producer.BeginTransaction();
        producer.Produce(project.DataTopic, new Message<string, string> { Key = "key", Value = "next" });
        producer.CommitTransaction(Patience);
        using var consumer = project.NewAssignedConsumer(reader, config => config.IsolationLevel = IsolationLevel.ReadUncommitted);

        Assert.That(consumer.NextValues(1), Is.EqualTo(["next"]));
    }

    [Test]
    public async Task Markers_of_transactions_disturb_neither_reading_nor_waiting_for_a_late_key()
    {
        await using var project = await ProjectOnBroker.StartSharedAsync(partitions: 1);
        var ticket = project.Authority.CreateTicket();
        await using (var early = await project.ConnectAsync(ticket, Durable))
        {
            using var producer = NewTransactionalProducer(project, early);
            for (var i = 0; i < 4; i++)
            {
                Send(producer, project, $"{i}");
                if (i == 2)
                    producer.AbortTransaction(Patience);
                else
                    producer.CommitTransaction(Patience);
            }
        }

        // There is no one to give the key yet. Each record is followed by a marker, so there are four.
        Assert.That((await BatchReader.ReadAsync(project.Kafka.BootstrapServers, project.DataTopic, 0)).Count(batch => batch.IsControl), Is.EqualTo(4));
        await using var late = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        using var consumer = project.NewAssignedConsumer(late, config => config.IsolationLevel = IsolationLevel.ReadCommitted);
        Assert.That(consumer.ConsumeDecrypted(TimeSpan.FromSeconds(2)), Is.Null, "the key is missing");
        await using var again = await project.ConnectAsync(ticket, Durable);
        var records = Enumerable.Range(0, 3).Select(_ => consumer.Next()).ToList();

        Assert.That(records.Select(record => record.Message.Value.Value), Is.EqualTo(["0", "1", "3"]));
        Assert.That(records.Select(record => record.Offset.Value), Is.EqualTo([0, 2, 6]));

        void Durable(EndToEndKafkaOptions options)
        {
            project.KeepIn("producer", options);
            options.Produce.Add(project.DataTopic);
        }
    }

    [Test]
    public async Task An_old_producer_of_a_transactional_id_is_fenced_and_its_message_is_never_shown()
    {
        await using var project = await ProjectOnBroker.StartSharedAsync(partitions: 1);
        await using var reader = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        await using var oldMember = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));
        await using var newMember = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));
        using var old = NewTransactionalProducer(project, oldMember);
        Send(old, project, "committed by the old one");
        old.CommitTransaction(Patience);
        Send(old, project, "left open by the old one");

        using var successor = NewTransactionalProducer(project, newMember);
        Send(successor, project, "by the new one");
        successor.CommitTransaction(Patience);
        var fenced = Assert.Throws<KafkaException>(() =>
        {
            old.Produce(project.DataTopic, new Message<string, string> { Key = "key", Value = "too late" });
            old.CommitTransaction(Patience);
        })!;

        Assert.That(fenced.Error.IsFatal, fenced.Error.ToString());
        Send(successor, project, "last");
        successor.CommitTransaction(Patience);
        using var consumer = project.NewAssignedConsumer(reader, config => config.IsolationLevel = IsolationLevel.ReadCommitted);
        var values = Enumerable.Range(0, 3).Select(_ => consumer.Next().Message.Value).ToList();
        Assert.That(values.Select(value => value.Value), Is.EqualTo(["committed by the old one", "by the new one", "last"]));
        Assert.That(values.Select(value => value.Origin!.Producer), Is.EqualTo([oldMember.Identifier, newMember.Identifier, newMember.Identifier]));
    }

    private static void Send(IProducer<string, string> producer, ProjectOnBroker project, string value)
    {
        producer.BeginTransaction();
        producer.Produce(project.DataTopic, new Message<string, string> { Key = "key", Value = value });
        producer.Flush(Patience);
    }

    private static IProducer<string, string> NewTransactionalProducer(ProjectOnBroker project, EndToEndKafka member, Action<ProducerConfig>? configure = null)
    {
        var producer = project.NewProducer(member, config =>
        {
            config.TransactionalId = project.DataTopic;
            configure?.Invoke(config);
        });
        producer.InitTransactions(Patience);
        return producer;
    }
}

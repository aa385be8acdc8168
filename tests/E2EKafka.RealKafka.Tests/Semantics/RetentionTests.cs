using Confluent.Kafka;

namespace E2EKafka.RealKafka.Tests.Semantics;

/// <summary>Records that Kafka deletes at a topic's beginning.</summary>
[TestFixture]
public class RetentionTests
{
    // Kafka looks each 5 min by default, the brokers of the tests each half second.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(6);

    [Test]
    public async Task Segments_of_a_data_topic_are_deleted_and_running_slow_and_new_consumers_read_what_is_left()
    {
        await using var project = await ProjectOnBroker.StartSharedAsync(partitions: 1);
        await using var reader = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        await using var writer = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));
        using var producer = project.NewProducer(writer);
        for (var i = 0; i < 5; i++)
            await producer.SendAsync(project.DataTopic, $"{i}");
        using var running = project.NewAssignedConsumer(reader);
        Assert.That(running.NextValues(5), Is.EqualTo(["0", "1", "2", "3", "4"]));

        using var slow = project.NewAssignedConsumer(reader);
        Assert.That(slow.NextValues(1), Is.EqualTo(["0"]));
        slow.Pause(slow.Assignment);

        // Each record gets a segment of its own, and only the last one is kept.
        await project.SetAsync(project.DataTopic, ("segment.ms", "1"), ("retention.bytes", "1"));
        await producer.SendAsync(project.DataTopic, "kept");
        await ApplicationClients.EventuallyAsync(
            "old segments are deleted", () => Task.FromResult(project.StartOf(new TopicPartition(project.DataTopic, 0)) == 5), Patience);

        await using var late = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        using var fresh = project.NewAssignedConsumer(late);
        Assert.That(running.NextValues(1), Is.EqualTo(["kept"]));
        Assert.That(fresh.Next().Message.Value.Value, Is.EqualTo("kept"));
        slow.Seek(new TopicPartitionOffset(project.DataTopic, 0, 1)); // what it has fetched ahead does not count
        slow.Resume(slow.Assignment);
        Assert.That(slow.NextValues(1), Is.EqualTo(["kept"]));
        await project.SetAsync(project.DataTopic, ("retention.bytes", "-1"));
        await producer.SendAsync(project.DataTopic, "after");
        foreach (var consumer in new[] { running, fresh, slow })
            Assert.That(consumer.NextValues(1), Is.EqualTo(["after"]));
    }

    [Test]
    public async Task With_the_heads_of_all_control_topics_gone_running_members_go_on_and_new_sessions_reach_old_and_new_readers()
    {
        await using var project = await ProjectOnBroker.StartSharedAsync(partitions: 1);
        await using var reader = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        await using var writer = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));
        using var producer = project.NewProducer(writer);
        using var running = project.NewAssignedConsumer(reader);
        await producer.SendAsync(project.DataTopic, "before");
        Assert.That(running.NextValues(1), Is.EqualTo(["before"]));

        await DeleteHeadsAsync(project);
        await project.RestartAuthorityAsync(); // the operations guide asks for it

        // The session from before goes on, among those who have its key. A new consumer of theirs reads the old message, too.
        await producer.SendAsync(project.DataTopic, "in the old session");
        Assert.That(running.NextValues(1), Is.EqualTo(["in the old session"]));
        using (var again = project.NewAssignedConsumer(reader))
            Assert.That(again.NextValues(2), Is.EqualTo(["before", "in the old session"]));

        // Sessions from now on are announced to all, and members go on to join. The newcomers cannot know whom nothing on Kafka names any more.
        await writer.DiscardSessionsAsync();
        await using var lateReader = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        await using var lateWriter = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));
        await producer.SendAsync(project.DataTopic, "in a new session");
        await project.SendAsync(lateWriter, "of a new producer");
        using var fresh = project.NewAssignedConsumer(lateReader);
        fresh.Assign(new TopicPartitionOffset(project.DataTopic, 0, 2));
        Assert.That(fresh.NextValues(2), Is.EqualTo(["in a new session", "of a new producer"]));
        Assert.That(running.NextValues(1), Is.EqualTo(["in a new session"]));
    }

    [Test]
    public async Task With_the_heads_of_all_control_topics_gone_members_with_vaults_in_files_restart_and_read_what_they_could_before()
    {
        await using var project = await ProjectOnBroker.StartSharedAsync(partitions: 1);
        var reading = project.Authority.CreateTicket();
        var writing = project.Authority.CreateTicket();
        await using (var reader = await ConnectAsync(reading, "reader", options => options.Consume))
        await using (var writer = await ConnectAsync(writing, "writer", options => options.Produce))
        {
            await project.SendAsync(writer, "before");
            using var consumer = project.NewAssignedConsumer(reader);
            Assert.That(consumer.NextValues(1), Is.EqualTo(["before"]));
        }

        await DeleteHeadsAsync(project);
        await project.RestartAuthorityAsync();

        await using var readerAgain = await ConnectAsync(reading, "reader", options => options.Consume);
        await using var writerAgain = await ConnectAsync(writing, "writer", options => options.Produce);
        await project.SendAsync(writerAgain, "after");
        using var all = project.NewAssignedConsumer(readerAgain);
        Assert.That(all.NextValues(2), Is.EqualTo(["before", "after"]));

        Task<EndToEndKafka> ConnectAsync(string ticket, string vault, Func<EndToEndKafkaOptions, IList<string>> topics) => project.ConnectAsync(ticket, options =>
        {
            project.KeepIn(vault, options);
            topics(options).Add(project.DataTopic);
        });
    }

    // What retention does in days.
    private static async Task DeleteHeadsAsync(ProjectOnBroker project)
    {
        using var admin = project.NewAdmin();
        var partitions = project.Authority.Project.ControlTopics
            .SelectMany(topic => Enumerable.Range(0, topic.Partitions).Select(partition => new TopicPartition(topic.Name, partition))).ToList();
        var results = await admin.DeleteRecordsAsync(partitions.Select(partition => new TopicPartitionOffset(partition, Offset.End)));
        Assert.That(results.Sum(result => result.Offset.Value), Is.GreaterThan(0));
        foreach (var partition in partitions)
            Assert.That(RawKafka.Read(project.Kafka, partition.Topic), Is.Empty);
    }
}

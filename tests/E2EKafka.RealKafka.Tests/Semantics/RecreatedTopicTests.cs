using Confluent.Kafka;

namespace E2EKafka.RealKafka.Tests.Semantics;

/// <summary>Topics that are deleted and created again under the same name, while members run.</summary>
[TestFixture]
public class RecreatedTopicTests
{
    [Test]
    public async Task Messages_flow_again_in_a_data_topic_that_was_created_again()
    {
        await using var project = await ProjectOnBroker.StartSharedAsync(partitions: 1);
        await using var reader = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        await using var writer = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));
        using var producer = project.NewWatchfulProducer(writer);
        using var consumer = project.NewConsumer(reader, "application");
        consumer.Subscribe(project.DataTopic);
        for (var i = 0; i < 10; i++)
            await producer.SendAsync(project.DataTopic, $"old {i}");
        Assert.That(consumer.NextValues(10), Is.EqualTo(Enumerable.Range(0, 10).Select(i => $"old {i}")));

        await project.RecreateTopicAsync(project.DataTopic, partitions: 1);
        await ApplicationClients.EventuallyAsync("the producer reaches the new topic", async () =>
        {
            try
            {
                await producer.SendAsync(project.DataTopic, "first");
                return true;
            }
            catch (ProduceException<string, string> e) when (e.Error.Code is ErrorCode.Local_UnknownTopic or ErrorCode.UnknownTopicOrPart or ErrorCode.Local_UnknownPartition)
            {
                return false;
            }
        });
        consumer.ReadUntil("first");
        await producer.SendAsync(project.DataTopic, "second");

        Assert.That(consumer.NextValues(1), Is.EqualTo(["second"]));
        Assert.That(RawKafka.Count(project.Kafka, project.DataTopic), Is.LessThan(10), "it is another topic");
    }

    [TestCase("authority")]
    [TestCase("members")]
    [TestCase("sessions")]
    [TestCase("grants")]
    [TestCase("requests")]
    public async Task Messages_flow_to_old_and_new_readers_after_a_control_topic_was_created_again_with_its_settings(string name)
    {
        await using var project = await ProjectOnBroker.StartSharedAsync(partitions: 1);
        await using var reader = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        await using var writer = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));
        using var producer = project.NewProducer(writer);
        using var running = project.NewAssignedConsumer(reader);
        await producer.SendAsync(project.DataTopic, "before");
        Assert.That(running.NextValues(1), Is.EqualTo(["before"]));

        var topic = project.Authority.Project.ControlTopics.Single(topic => topic.Name.EndsWith($".{name}", StringComparison.Ordinal));
        await project.RecreateTopicAsync(topic.Name, topic.Partitions, topic.Settings);
        await project.RestartAuthorityAsync(); // the operations guide asks for it

        // The running session goes on.
        await producer.SendAsync(project.DataTopic, "in the old session");
        Assert.That(running.NextValues(1), Is.EqualTo(["in the old session"]));

        // What comes now is for new members, too, on both sides.
        await using var lateReader = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        await using var lateWriter = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));
        await project.SendAsync(lateWriter, "of a new producer");
        running.ReadUntil("of a new producer");
        using var fresh = project.NewAssignedConsumer(lateReader);
        fresh.ReadUntil("of a new producer");
        await writer.DiscardSessionsAsync();
        await producer.SendAsync(project.DataTopic, "in a new session");
        foreach (var consumer in new[] { running, fresh })
            Assert.That(consumer.NextValues(1), Is.EqualTo(["in a new session"]));
    }
}

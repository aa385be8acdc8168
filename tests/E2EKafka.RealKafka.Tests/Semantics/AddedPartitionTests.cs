using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace E2EKafka.RealKafka.Tests.Semantics;

/// <summary>Topics that get more partitions while members run.</summary>
[TestFixture]
public class AddedPartitionTests
{
    [TestCase(GroupProtocol.Classic)]
    [TestCase(GroupProtocol.Consumer)]
    public async Task Records_of_a_new_partition_of_a_data_topic_are_read_and_verified(GroupProtocol protocol)
    {
        await using var project = await ProjectOnBroker.StartSharedAsync(partitions: 1);
        await using var reader = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        await using var writer = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));
        using var producer = project.NewWatchfulProducer(writer);
        using var consumer = project.NewConsumer(reader, project.DataTopic, config => config.GroupProtocol = protocol);
        consumer.Subscribe(project.DataTopic);
        await producer.SendAsync(project.DataTopic, "first");
        Assert.That(consumer.NextValues(1), Is.EqualTo(["first"]));

        await AddAsync(project, project.DataTopic, 2);
        await ApplicationClients.EventuallyAsync("the producer knows the new partition", async () =>
        {
            try
            {
                await producer.SendAsync(project.DataTopic, "second", partition: 1);
                return true;
            }
            catch (ProduceException<string, string> e) when (e.Error.Code == ErrorCode.Local_UnknownPartition)
            {
                return false;
            }
        });
        await producer.SendAsync(project.DataTopic, "third", partition: 0);
        var records = Enumerable.Range(0, 2).Select(_ => consumer.Next()).ToList();

        Assert.That(records.Select(record => record.Message.Value.IsVerified), Is.All.True);
        Assert.That(records.Select(record => (record.Partition.Value, record.Message.Value.Value)), Is.EquivalentTo([(1, "second"), (0, "third")]));
        consumer.Close();
    }

    [Test]
    public async Task Surplus_partitions_of_control_topics_harm_neither_running_members_nor_new_ones()
    {
        await using var project = await ProjectOnBroker.StartSharedAsync(partitions: 1);
        var ticket = project.Authority.CreateTicket();
        await using var reader = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        await using var writer = await project.ConnectAsync(ticket, Durable);
        using var producer = project.NewProducer(writer);
        using var running = project.NewAssignedConsumer(reader);
        await producer.SendAsync(project.DataTopic, "before");
        Assert.That(running.NextValues(1), Is.EqualTo(["before"]));

        foreach (var topic in project.Authority.Project.ControlTopics)
            await AddAsync(project, topic.Name, topic.Partitions + 1);
        await writer.DiscardSessionsAsync();
        await producer.SendAsync(project.DataTopic, "after");
        await project.RestartAuthorityAsync();
        await using var lateReader = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        await using var lateWriter = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));
        await project.SendAsync(lateWriter, "of a new producer");
        using var fresh = project.NewAssignedConsumer(lateReader);

        Assert.That(fresh.NextValues(3), Is.EqualTo(["before", "after", "of a new producer"]));
        Assert.That(running.NextValues(2), Is.EqualTo(["after", "of a new producer"]));
        foreach (var topic in project.Authority.Project.ControlTopics)
            Assert.That(RawKafka.Read(project.Kafka, topic.Name).Select(record => record.Partition.Value), Has.None.EqualTo(topic.Partitions), topic.Name);

        void Durable(EndToEndKafkaOptions options)
        {
            project.KeepIn("writer", options);
            options.Produce.Add(project.DataTopic);
        }
    }

    private static async Task AddAsync(ProjectOnBroker project, string topic, int partitions)
    {
        using var admin = project.NewAdmin();
        await admin.CreatePartitionsAsync([new PartitionsSpecification { Topic = topic, IncreaseTo = partitions }]);
    }
}

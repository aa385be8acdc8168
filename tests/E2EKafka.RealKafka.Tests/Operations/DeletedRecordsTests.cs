using Confluent.Kafka;

namespace E2EKafka.RealKafka.Tests.Operations;

/// <summary>
/// Records of control topics are deleted under running members, as with <c>kafka-delete-records.sh</c> or by too short a retention: what is
/// still needed is published again. Members look twice a minute, so these tests take that long.
/// </summary>
[TestFixture, Parallelizable(ParallelScope.All)]
public class DeletedRecordsTests
{
    private static readonly TimeSpan TwoLooks = TimeSpan.FromMinutes(2);

    [Test]
    public async Task A_member_that_enrolls_after_records_were_deleted_reads_the_live_session([Values("sessions", "authority members sessions")] string topics)
    {
        await using var project = await ProjectOnBroker.StartSharedAsync(partitions: 1, configure: options => options.ControlPartitions = 1);
        await using var writer = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));
        await using var reader = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        await project.SendAsync(writer, "before");
        var session = await SessionOfAsync(writer);
        var cut = topics.Split(' ').Select(topic => new TopicPartition(NameOf(project, topic), 0)).ToList();
        using (var admin = project.NewAdmin())
            await admin.DeleteRecordsAsync(cut.Select(partition => new TopicPartitionOffset(partition, Offset.End)));
        foreach (var partition in cut)
            await UntilPublishedAgainAsync(project, partition);

        await using var late = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        await project.SendAsync(writer, "after");
        using var consumer = project.NewReader(late);
        Assert.That(consumer.NextValues(2), Is.EqualTo(["before", "after"]));
        Assert.That(await SessionOfAsync(writer), Is.EqualTo(session), "it goes on");
    }

    private static string NameOf(ProjectOnKafka project, string topic) =>
        project.Authority.Project.ControlTopics.Single(control => control.Name.EndsWith($".{topic}", StringComparison.Ordinal)).Name;

    private static async Task<string> SessionOfAsync(EndToEndKafka member) => (await member.GetStatusAsync()).Sending.Single().Session;

    private static async Task UntilPublishedAgainAsync(ProjectOnKafka project, TopicPartition partition)
    {
        using var consumer = new ConsumerBuilder<Ignore, Ignore>(project.ConsumerConfig("none")).SetLogHandler(static (_, _) => { }).Build();
        var startedAt = TimeProvider.System.GetTimestamp();

        // The authority's are the credentials of two members and the document.
        var least = partition.Topic.EndsWith(".authority", StringComparison.Ordinal) ? 3 : 1;
        while (consumer.QueryWatermarkOffsets(partition, ProjectOnKafka.Patience) is var found && found.High - found.Low < least)
        {
            Assert.That(TimeProvider.System.GetElapsedTime(startedAt), Is.LessThan(TwoLooks), $"nothing was published again to {partition}");
            await Task.Delay(TimeSpan.FromMilliseconds(200));
        }
    }
}

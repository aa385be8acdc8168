using E2EKafka.TestMember;

namespace E2EKafka.RealKafka.Tests.Accidents;

/// <summary>A consumer of a group is killed: with encryption it is as it is without.</summary>
[TestFixture]
public class GroupTakeoverTests
{
    [Test]
    public async Task Partitions_of_a_killed_consumer_are_taken_over_and_each_record_is_read_in_order()
    {
        await using var project = await ProjectOnBroker.StartSharedAsync();
        await using var traffic = await Traffic.StartAsync(project);
        var settings = project.Settings(MemberRole.Consume, project.Authority.CreateTicket(uses: 2)) with { Group = project.DataTopic };
        await using var first = MemberProcess.Start(settings);
        await first.UntilAsync(MemberEventKind.Received);
        await using var second = MemberProcess.Start(settings);

        // Both have partitions now, and read.
        var reading = await second.UntilAsync(MemberEventKind.Received);
        await first.UntilAsync(MemberEventKind.Received);
        var (killed, survivor) = (second, first);
        await killed.KillAsync();
        var acknowledged = (await traffic.EndAsync()).ToList();
        await survivor.HasReadAsync(acknowledged.Except(killed.Told.Select(told => told.Value ?? "")));

        // The survivor reads on where the killed one had committed, which may be before what it told last, and never after.
        var received = survivor.Told.Where(told => told.Kind == MemberEventKind.Received).ToList();
        Assert.That(received.Select(told => told.Partition), Does.Contain(reading.Partition));
        foreach (var process in new[] { received, killed.Told.Where(told => told.Kind == MemberEventKind.Received) })
        {
            Assert.That(process.Where(told => told.Reason is not null).Select(told => told.ToLine()), Is.Empty);
            foreach (var partition in process.GroupBy(told => told.Partition))
                Assert.That(partition.Select(told => told.Offset), Is.Ordered.And.Unique, $"partition {partition.Key}");
        }
    }
}

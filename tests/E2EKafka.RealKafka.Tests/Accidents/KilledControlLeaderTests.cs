namespace E2EKafka.RealKafka.Tests.Accidents;

/// <summary>The leader of a control partition dies. Two brokers go on, and so do members.</summary>
[TestFixture]
public class KilledControlLeaderTests : ThreeBrokersTests
{
    [TestCase("authority")]
    [TestCase("members")]
    [TestCase("sessions")]
    [TestCase("grants")]
    [TestCase("requests")]
    public async Task The_leader_of_a_control_partition_is_killed_while_sessions_change_and_a_member_enrolls(string control)
    {
        await using var traffic = await Traffic.StartAsync(Project);
        var topic = Project.Authority.Project.ControlTopics.Single(found => found.Name.EndsWith($".{control}", StringComparison.Ordinal)).Name;

        var leader = Cluster.LeaderOf(topic, 0);
        await leader.KillAsync();

        // It enrolls, publishes a key package, and is granted the keys of all sessions, while the broker is away.
        await using var newcomer = await Project.JoinAsync(options =>
        {
            options.Consume.Add(Project.DataTopic);
            options.StartupTimeout = AccidentPatience.Long;
        });
        await using var late = new ReadingApplication(Project, newcomer);
        await traffic.Sending.HasSentAsync(100);
        await late.HasReadAsync(traffic.Sending.Acknowledged.Items);
        Assert.That(leader.Runs, Is.False);
        await leader.StartAsync();
        await traffic.Sending.HasSentAsync(50);

        await late.HasReadAsync(await traffic.EndAsync());
        late.AssertOnceAndInOrder();
    }
}

namespace E2EKafka.RealKafka.Tests.Accidents;

/// <summary>A broker that does not answer for 40 s, while its connections stay open.</summary>
[TestFixture]
public class FrozenBrokerTests
{
    private static readonly TimeSpan Frozen = TimeSpan.FromSeconds(40);

    [Test]
    public async Task The_leader_of_data_and_keys_is_frozen_for_40_s_while_messages_flow()
    {
        await using var cluster = await Brokers.StartAsync(new KafkaClusterOptions { Brokers = 3 });
        await using var project = await ProjectOnBroker.StartAsync(cluster.BootstrapServers, configure: options => options.KeysPartitions = 1);
        var keys = project.Authority.Project.ControlTopics.Single(topic => topic.Name.EndsWith(".keys", StringComparison.Ordinal)).Name;

        // Each broker leads one of the three data partitions.
        var leader = cluster.LeaderOf(keys, 0);
        Assert.That(Enumerable.Range(0, project.Partitions).Select(partition => cluster.LeaderOf(project.DataTopic, partition)), Does.Contain(leader));
        await using var traffic = await Traffic.StartAsync(project, sessionTimeout: TimeSpan.FromSeconds(2));

        leader.Freeze();
        using var patience = new CancellationTokenSource(AccidentPatience.Long);
        var (_, why) = await traffic.Sending.Refused.AtAsync(0, patience.Token);
        await Task.Delay(Frozen);
        leader.Resume();
        await traffic.Sending.HasSentAsync(100);

        await traffic.EndAsync();
        Assert.That((why.Reason, why.Kind), Is.EqualTo((FailureReason.SessionNotReady, FailureKind.Transient)), why.Message);
        Assert.That(why.Message, Does.Contain(project.DataTopic));
    }
}

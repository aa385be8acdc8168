using Confluent.Kafka;

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
        await using var project = await ProjectOnBroker.StartAsync(cluster.BootstrapServers, configure: options => options.ControlPartitions = 1);
        var keys = project.Authority.Project.ControlTopics.Single(topic => topic.Name.EndsWith(".sessions", StringComparison.Ordinal)).Name;

        // Each broker leads one of the three data partitions.
        var leader = cluster.LeaderOf(keys, 0);
        Assert.That(Enumerable.Range(0, project.Partitions).Select(partition => cluster.LeaderOf(project.DataTopic, partition)), Does.Contain(leader));
        await using var traffic = await Traffic.StartAsync(project);
        await using var writer = await project.JoinAsync(options =>
        {
            options.Produce.Add(project.DataTopic);
            options.SessionTimeout = TimeSpan.FromSeconds(2);
        });
        using var producer = project.NewProducer(writer);

        leader.Freeze();
        var thaw = Task.Delay(Frozen);
        await writer.DiscardSessionsAsync();
        var refused = await Assert.ThrowsAsync<ProduceException<string, string>>(
            () => producer.ProduceAsync(project.DataTopic, new Message<string, string> { Value = "refused 0" }));
        await thaw;
        leader.Resume();
        await traffic.Sending.HasSentAsync(100);

        await traffic.EndAsync();
        Assert.That(traffic.Reading.Records.Items.Select(record => record.Message.Value.Value), Has.None.EqualTo("refused 0"));
        var why = refused!.InnerException as EndToEndKafkaException;
        Assert.That((why?.Reason, why?.Kind), Is.EqualTo((FailureReason.SessionNotReady, FailureKind.Transient)).Or.EqualTo((FailureReason.BrokerUnreachable, FailureKind.Transient)), why?.Message);
        Assert.That(why?.Message, Does.Contain(project.DataTopic));
    }
}

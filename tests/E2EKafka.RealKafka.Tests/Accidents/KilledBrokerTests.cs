using Confluent.Kafka;

namespace E2EKafka.RealKafka.Tests.Accidents;

/// <summary>Three brokers, of which some die or are restarted. What two of them have acknowledged is not lost, and members go on by themselves.</summary>
[TestFixture]
public class KilledBrokerTests : ThreeBrokersTests
{
    [Test]
    public async Task The_leader_of_the_data_partition_is_killed_while_messages_flow()
    {
        await using var traffic = await Traffic.StartAsync(Project);

        // For a moment the followers do not answer: what the leader takes then dies with it, so it must not be acknowledged.
        var leader = Cluster.LeaderOf(Project.DataTopic, 0);
        var followers = Cluster.Nodes.Where(node => node != leader).ToList();
        foreach (var follower in followers)
            follower.Freeze();
        await Task.Delay(TimeSpan.FromMilliseconds(500));
        await leader.KillAsync();
        foreach (var follower in followers)
            follower.Resume();
        await traffic.Sending.HasSentAsync(100);
        Assert.That(Cluster.LeaderOf(Project.DataTopic, 0), Is.Not.SameAs(leader));
        await leader.StartAsync();
        await traffic.Sending.HasSentAsync(50);

        await traffic.EndAsync();
    }

    /// <summary>
    /// Members and authority are closed before the brokers come back: librdkafka 2.16 can corrupt its memory where a partition has no leader
    /// for a moment (its issue 5280), in plain clients too.
    /// </summary>
    [Test]
    public async Task With_two_of_three_killed_nothing_is_acknowledged_and_what_was_is_read_when_they_are_back()
    {
        var sent = Enumerable.Range(0, 50).Select(number => $"before {number}").ToList();
        await using (var reader = await JoinAsync("reader", Project.Authority.CreateTicket()))
        await using (var writer = await JoinAsync("writer", Project.Authority.CreateTicket()))
        {
            using var producer = Project.NewProducer(writer, config =>
            {
                config.EnableIdempotence = true;
                config.MessageTimeoutMs = 5_000;
            });
            foreach (var value in sent)
                await producer.ProduceAsync(Project.DataTopic, new Message<string, string> { Value = value });

            // The one that could acknowledge alone is left.
            var leader = Cluster.LeaderOf(Project.DataTopic, 0);
            await Task.WhenAll(Cluster.Nodes.Where(node => node != leader).Select(node => node.KillAsync()));
            var undelivered = await Assert.ThrowsAsync<ProduceException<string, string>>(
                () => producer.ProduceAsync(Project.DataTopic, new Message<string, string> { Value = "undelivered" }));
            await writer.DiscardSessionsAsync();
            var refused = await Assert.ThrowsAsync<ProduceException<string, string>>(
                () => producer.ProduceAsync(Project.DataTopic, new Message<string, string> { Value = "refused" }));
            Assert.Multiple(() =>
            {
                Assert.That(undelivered!.Error.Code, Is.EqualTo(ErrorCode.Local_MsgTimedOut));
                Assert.That(undelivered.DeliveryResult.Status, Is.Not.EqualTo(PersistenceStatus.Persisted));
                var why = refused!.InnerException as EndToEndKafkaException;
                Assert.That((why?.Reason, why?.Kind), Is.EqualTo((FailureReason.SessionNotReady, FailureKind.Transient)).Or.EqualTo((FailureReason.BrokerUnreachable, FailureKind.Transient)), why?.Message);
                Assert.That(why?.Message, Does.Contain(Project.DataTopic));
            });
        }

        await Project.Authority.DisposeAsync();
        await Task.WhenAll(Cluster.Nodes.Where(node => !node.Runs).Select(node => node.StartAsync()));
        await Cluster.UntilInSyncAsync();
        await Project.RestartAuthorityAsync();
        await using var readsOn = await JoinAsync("reader", null);
        await using var writesOn = await JoinAsync("writer", null);
        await Project.SendAsync(writesOn, "after");

        using var consumer = Project.NewReader(readsOn);
        var received = new List<string>();
        while (received.LastOrDefault() != "after")
            received.AddRange(consumer.NextValues(1));

        // What was not acknowledged may have arrived, but not what was refused.
        Assert.That(received.Where(value => value != "undelivered"), Is.EqualTo(sent.Append("after")));

        Task<EndToEndKafka> JoinAsync(string name, string? ticket) => Project.ConnectAsync(ticket, options =>
        {
            Project.KeepIn(name, options);
            (name == "reader" ? options.Consume : options.Produce).Add(Project.DataTopic);
            options.StartupTimeout = AccidentPatience.Long;
            options.SessionTimeout = TimeSpan.FromSeconds(10);
        });
    }

    [Test]
    public async Task Each_broker_is_restarted_in_turn_under_load()
    {
        await using var traffic = await Traffic.StartAsync(Project);

        foreach (var node in Cluster.Nodes)
        {
            await node.StopAsync();
            await traffic.Sending.HasSentAsync(50);
            await node.StartAsync();
            await Cluster.UntilInSyncAsync();
        }

        await traffic.Sending.HasSentAsync(50);
        await traffic.EndAsync();
    }
}

using Confluent.Kafka;

namespace E2EKafka.RealKafka.Tests.Accidents;

/// <summary>Three brokers, of which some die or are restarted. What two of them have acknowledged is not lost, and members go on by themselves.</summary>
[TestFixture]
public class KilledBrokerTests
{
    private KafkaCluster _cluster = null!;
    private ProjectOnBroker _project = null!;

    [OneTimeSetUp]
    public async Task StartBrokers() => _cluster = await Brokers.StartAsync(new KafkaClusterOptions
    {
        Brokers = 3,

        // A broker is given up after 6 s, not 9.
        Settings = new Dictionary<string, string> { ["broker.session.timeout.ms"] = "6000", ["broker.heartbeat.interval.ms"] = "1000" },
    });

    [OneTimeTearDown]
    public async Task StopBrokers()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    [SetUp]
    public async Task StartProject() =>
        _project = await ProjectOnBroker.StartAsync(_cluster.BootstrapServers, partitions: 1, configure: options => options.ControlPartitions = 1);

    [TearDown]
    public async Task StopProject()
    {
        await Task.WhenAll(_cluster.Nodes.Where(node => !node.Runs).Select(node => node.StartAsync()));
        await _project.DisposeAsync();
        await _cluster.UntilInSyncAsync();
    }

    [Test]
    public async Task The_leader_of_the_data_partition_is_killed_while_messages_flow()
    {
        await using var traffic = await Traffic.StartAsync(_project);

        // For a moment the followers do not answer: what the leader takes then dies with it, so it must not be acknowledged.
        var leader = _cluster.LeaderOf(_project.DataTopic, 0);
        var followers = _cluster.Nodes.Where(node => node != leader).ToList();
        foreach (var follower in followers)
            follower.Freeze();
        await Task.Delay(TimeSpan.FromMilliseconds(500));
        await leader.KillAsync();
        foreach (var follower in followers)
            follower.Resume();
        await traffic.Sending.HasSentAsync(100);
        Assert.That(_cluster.LeaderOf(_project.DataTopic, 0), Is.Not.SameAs(leader));
        await leader.StartAsync();
        await traffic.Sending.HasSentAsync(50);

        await traffic.EndAsync();
    }

    [TestCase("authority")]
    [TestCase("members")]
    [TestCase("sessions")]
    [TestCase("grants")]
    [TestCase("requests")]
    public async Task The_leader_of_a_control_partition_is_killed_while_sessions_change_and_a_member_enrolls(string control)
    {
        await using var traffic = await Traffic.StartAsync(_project);
        var topic = _project.Authority.Project.ControlTopics.Single(found => found.Name.EndsWith($".{control}", StringComparison.Ordinal)).Name;

        var leader = _cluster.LeaderOf(topic, 0);
        await leader.KillAsync();

        // It enrolls, publishes a key package, and is granted the keys of all sessions, while the broker is away.
        await using var newcomer = await _project.JoinAsync(options =>
        {
            options.Consume.Add(_project.DataTopic);
            options.StartupTimeout = AccidentPatience.Long;
        });
        await using var late = new ReadingApplication(_project, newcomer);
        await traffic.Sending.HasSentAsync(100);
        await late.HasReadAsync(traffic.Sending.Acknowledged.Items);
        Assert.That(leader.Runs, Is.False);
        await leader.StartAsync();
        await traffic.Sending.HasSentAsync(50);

        await late.HasReadAsync(await traffic.EndAsync());
        late.AssertOnceAndInOrder();
    }

    /// <summary>
    /// Members and authority are closed before the brokers come back: librdkafka 2.16 can corrupt its memory where a partition has no leader
    /// for a moment (its issue 5280), in plain clients too.
    /// </summary>
    [Test]
    public async Task With_two_of_three_killed_nothing_is_acknowledged_and_what_was_is_read_when_they_are_back()
    {
        var sent = Enumerable.Range(0, 50).Select(number => $"before {number}").ToList();
        await using (var reader = await JoinAsync("reader", _project.Authority.CreateTicket()))
        await using (var writer = await JoinAsync("writer", _project.Authority.CreateTicket()))
        {
            using var producer = _project.NewProducer(writer, config =>
            {
                config.EnableIdempotence = true;
                config.MessageTimeoutMs = 5_000;
            });
            foreach (var value in sent)
                await producer.ProduceAsync(_project.DataTopic, new Message<string, string> { Value = value });

            // The one that could acknowledge alone is left.
            var leader = _cluster.LeaderOf(_project.DataTopic, 0);
            await Task.WhenAll(_cluster.Nodes.Where(node => node != leader).Select(node => node.KillAsync()));
            var undelivered = await Assert.ThrowsAsync<ProduceException<string, string>>(
                () => producer.ProduceAsync(_project.DataTopic, new Message<string, string> { Value = "undelivered" }));
            await writer.DiscardSessionsAsync();
            var refused = await Assert.ThrowsAsync<ProduceException<string, string>>(
                () => producer.ProduceAsync(_project.DataTopic, new Message<string, string> { Value = "refused" }));
            Assert.Multiple(() =>
            {
                Assert.That(undelivered!.Error.Code, Is.EqualTo(ErrorCode.Local_MsgTimedOut));
                Assert.That(undelivered.DeliveryResult.Status, Is.Not.EqualTo(PersistenceStatus.Persisted));
                var why = refused!.InnerException as EndToEndKafkaException;
                Assert.That((why?.Reason, why?.Kind), Is.EqualTo((FailureReason.SessionNotReady, FailureKind.Transient)).Or.EqualTo((FailureReason.BrokerUnreachable, FailureKind.Transient)), why?.Message);
                Assert.That(why?.Message, Does.Contain(_project.DataTopic));
            });
        }

        await _project.Authority.DisposeAsync();
        await Task.WhenAll(_cluster.Nodes.Where(node => !node.Runs).Select(node => node.StartAsync()));
        await _cluster.UntilInSyncAsync();
        await _project.RestartAuthorityAsync();
        await using var readsOn = await JoinAsync("reader", null);
        await using var writesOn = await JoinAsync("writer", null);
        await _project.SendAsync(writesOn, "after");

        using var consumer = _project.NewReader(readsOn);
        var received = new List<string>();
        while (received.LastOrDefault() != "after")
            received.AddRange(consumer.NextValues(1));

        // What was not acknowledged may have arrived, but not what was refused.
        Assert.That(received.Where(value => value != "undelivered"), Is.EqualTo(sent.Append("after")));

        Task<EndToEndKafka> JoinAsync(string name, string? ticket) => _project.ConnectAsync(ticket, options =>
        {
            _project.KeepIn(name, options);
            (name == "reader" ? options.Consume : options.Produce).Add(_project.DataTopic);
            options.StartupTimeout = AccidentPatience.Long;
            options.SessionTimeout = TimeSpan.FromSeconds(10);
        });
    }

    [Test]
    public async Task Each_broker_is_restarted_in_turn_under_load()
    {
        await using var traffic = await Traffic.StartAsync(_project);

        foreach (var node in _cluster.Nodes)
        {
            await node.StopAsync();
            await traffic.Sending.HasSentAsync(50);
            await node.StartAsync();
            await _cluster.UntilInSyncAsync();
        }

        await traffic.Sending.HasSentAsync(50);
        await traffic.EndAsync();
    }
}

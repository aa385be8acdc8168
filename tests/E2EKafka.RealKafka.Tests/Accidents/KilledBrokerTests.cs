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
        _project = await ProjectOnBroker.StartAsync(_cluster.BootstrapServers, partitions: 1, configure: options => options.KeysPartitions = 1);

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
    [TestCase("keys")]
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

    [Test]
    public async Task With_two_of_three_killed_nothing_is_acknowledged_and_all_goes_on_when_they_are_back()
    {
        await using var traffic = await Traffic.StartAsync(_project, sessionTimeout: TimeSpan.FromSeconds(2));
        await using var writer = await _project.JoinAsync(options => options.Produce.Add(_project.DataTopic));
        await _project.SendAsync(writer, "before 0");
        using var producer = _project.NewProducer(writer, config =>
        {
            config.EnableIdempotence = true;
            config.MessageTimeoutMs = 3_000;
        });

        // The one that could acknowledge alone is left.
        var leader = _cluster.LeaderOf(_project.DataTopic, 0);
        await Task.WhenAll(_cluster.Nodes.Where(node => node != leader).Select(node => node.KillAsync()));
        var undelivered = await Assert.ThrowsAsync<ProduceException<string, string>>(
            () => producer.ProduceAsync(_project.DataTopic, new Message<string, string> { Value = "undelivered 0" }));
        var acknowledged = traffic.Sending.Acknowledged.Count;
        await writer.DiscardSessionsAsync();
        var refused = await Assert.ThrowsAsync<ProduceException<string, string>>(
            () => producer.ProduceAsync(_project.DataTopic, new Message<string, string> { Value = "refused 0" }));
        Assert.Multiple(() =>
        {
            Assert.That(undelivered!.Error.Code, Is.EqualTo(ErrorCode.Local_MsgTimedOut));
            Assert.That(undelivered.DeliveryResult.Status, Is.Not.EqualTo(PersistenceStatus.Persisted));
            var why = refused!.InnerException as EndToEndKafkaException;
            Assert.That((why?.Reason, why?.Kind), Is.EqualTo((FailureReason.SessionNotReady, FailureKind.Transient)), why?.Message);
            Assert.That(why?.Message, Does.Contain(_project.DataTopic));
            Assert.That(traffic.Sending.Acknowledged.Count, Is.EqualTo(acknowledged));
        });

        await Task.WhenAll(_cluster.Nodes.Where(node => !node.Runs).Select(node => node.StartAsync()));
        await traffic.Sending.HasSentAsync(100);
        await _project.SendAsync(writer, "after 0");

        await traffic.EndAsync();
        await traffic.Reading.HasReadAsync(["before 0", "after 0"]);

        // What was not acknowledged may have arrived, but not what was refused.
        Assert.That(traffic.Reading.Records.Items.Select(record => record.Message.Value.Value), Has.None.EqualTo("refused 0"));
        Assert.That(traffic.Sending.Refused.Count, Is.Positive);
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

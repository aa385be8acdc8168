using Confluent.Kafka;

namespace E2EKafka.RealKafka.Tests.Accidents;

/// <summary>One broker, which is away while members start, or while they are idle.</summary>
[TestFixture]
public class RestartedBrokerTests
{
    private KafkaCluster _cluster = null!;

    private KafkaNode Broker => _cluster.Nodes.Single();

    [OneTimeSetUp]
    public async Task StartBroker() => _cluster = await Brokers.StartAsync();

    [OneTimeTearDown]
    public async Task StopBroker()
    {
        if (_cluster is not null)
            await _cluster.DisposeAsync();
    }

    [TearDown]
    public async Task StartBrokerAgain()
    {
        if (!Broker.Runs)
            await Broker.StartAsync();
    }

    [Test]
    public async Task Authority_and_members_that_start_without_a_broker_become_ready_by_themselves_when_there_is_one()
    {
        await using var project = await ProjectOnBroker.StartAsync(_cluster.BootstrapServers);
        var ticket = project.Authority.CreateTicket(uses: 3);
        await project.Authority.DisposeAsync();
        await Broker.StopAsync();

        var authority = project.RestartAuthorityAsync();
        var reader = project.ConnectAsync(ticket, options => Configure(options.Consume, options));
        var writer = project.ConnectAsync(ticket, options => Configure(options.Produce, options));
        var impatient = await Assert.ThrowsAsync<EndToEndKafkaException>(
            () => project.ConnectAsync(ticket, options => options.StartupTimeout = TimeSpan.FromSeconds(6)));
        Assert.Multiple(() =>
        {
            Assert.That((impatient!.Reason, impatient.Kind), Is.EqualTo((FailureReason.BrokerUnreachable, FailureKind.Transient)));
            Assert.That(impatient.Message, Does.Contain(_cluster.BootstrapServers));
            Assert.That(project.Authority.NotServing?.Reason, Is.EqualTo(FailureReason.BrokerUnreachable));
            Assert.That((authority.IsCompleted, reader.IsCompleted, writer.IsCompleted), Is.EqualTo((false, false, false)));
        });
        await Broker.StartAsync();

        await authority;
        await using var readingMember = await reader;
        await using var sendingMember = await writer;
        await project.SendAsync(sendingMember, "0");
        await using var reading = new ReadingApplication(project, readingMember);
        await reading.HasReadAsync(["0"]);

        void Configure(IList<string> topics, EndToEndKafkaOptions options)
        {
            topics.Add(project.DataTopic);
            options.StartupTimeout = AccidentPatience.Long;
        }
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task The_broker_is_restarted_while_members_are_idle(bool killed)
    {
        await using var project = await ProjectOnBroker.StartAsync(_cluster.BootstrapServers);
        await using var reader = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        await using var writer = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));
        await using var reading = new ReadingApplication(project, reader);
        using var producer = project.NewProducer(writer, config => config.EnableIdempotence = true);
        await SendAsync("0");
        await reading.HasReadAsync(["0"]);

        await (killed ? Broker.KillAsync() : Broker.StopAsync());
        await Broker.StartAsync();

        // In the session of before, and in another.
        await SendAsync("1");
        await writer.DiscardSessionsAsync();
        await SendAsync("2");
        await reading.HasReadAsync(["1", "2"]);
        reading.AssertOnceAndInOrder();

        // The authority was idle, too.
        await using var newcomer = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        await using var late = new ReadingApplication(project, newcomer);
        await late.HasReadAsync(["0", "1", "2"]);

        async Task SendAsync(string value) =>
            await producer.ProduceAsync(new TopicPartition(project.DataTopic, 0), new Message<string, string> { Value = value }).WaitAsync(ProjectOnKafka.Patience);
    }
}

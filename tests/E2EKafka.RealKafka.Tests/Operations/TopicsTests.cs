using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace E2EKafka.RealKafka.Tests.Operations;

/// <summary>The control topics as a real broker has them.</summary>
[TestFixture]
public class TopicsTests
{
    private static readonly string[] Promised = ["cleanup.policy", "message.timestamp.type", "retention.ms"];

    [Test]
    public async Task The_tool_creates_the_control_topics_as_the_project_document_says()
    {
        var kafka = (await Brokers.SharedAsync()).BootstrapServers;
        using var folder = new TemporaryFolder();
        var tool = new Tool(folder["."]);
        (await tool.RunAsync("project", "create", "test", "--control-topic-prefix", $"test-{Guid.NewGuid():N}", "--control-partitions", "5", "--bootstrap-server", kafka)).Succeeds();
        var created = (await tool.RunAsync("topics", "create", "--output", "json")).Succeeds().Json;

        Assert.That(created.EnumerateArray().Select(topic => topic.GetProperty("created").GetBoolean()), Is.EqualTo([true, true, true, true, true]));
        await AssertTheyAreAsPromisedAsync(new ClientConfig { BootstrapServers = kafka }, ProjectDocument.Load(folder["project.json"]));

        var again = (await tool.RunAsync("topics", "create", "--output", "json")).Succeeds().Json;
        Assert.That(again.EnumerateArray().Select(topic => topic.GetProperty("created").GetBoolean()), Is.EqualTo([false, false, false, false, false]));
    }

    [Test]
    public async Task An_authority_that_may_create_topics_creates_them_as_the_project_document_says()
    {
        await using var project = await ProjectOnBroker.StartSharedAsync(configure: options => options.ControlPartitions = 5);

        await AssertTheyAreAsPromisedAsync(project.Kafka, project.Authority.Project);
    }

    [Test]
    public async Task A_member_that_may_create_topics_creates_them_as_the_project_document_says()
    {
        var kafka = (await Brokers.SharedAsync()).BootstrapServers;
        await using var authority = CredentialAuthority.Open(new CredentialAuthorityOptions
        {
            ProjectName = "test", BootstrapServers = kafka, UseInMemoryVault = true, ControlTopicPrefix = $"test-{Guid.NewGuid():N}", ControlPartitions = 5,
            IsDevelopment = true, StartupTimeout = ProjectOnKafka.Patience,
        });
        var serving = authority.StartAsync();
        await using var member = await EndToEndKafka.ConnectAsync(new EndToEndKafkaOptions
        {
            Project = authority.Project, Ticket = authority.CreateTicket(), BootstrapServers = kafka, UseInMemoryVault = true, CreateControlTopics = true,
            StartupTimeout = ProjectOnKafka.Patience,
        });
        await serving;

        await AssertTheyAreAsPromisedAsync(new ClientConfig { BootstrapServers = kafka }, authority.Project);
    }

    [Test]
    public async Task Each_control_record_has_the_brokers_time_whatever_its_writer_says()
    {
        await using var project = await ProjectOnBroker.StartSharedAsync();
        await using var reader = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        await using var writer = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));
        await project.SendAsync(writer, "for a session and a grant");
        var longAgo = new Timestamp(TimeProvider.System.GetUtcNow().AddDays(-1)); // within every topic's retention: Kafka deletes older records
        using (var producer = new ProducerBuilder<Null, byte[]>(new ProducerConfig(project.Kafka)).Build())
        {
            foreach (var topic in project.Authority.Project.ControlTopics)
                await producer.ProduceAsync(topic.Name, new Message<Null, byte[]> { Value = [1], Timestamp = longAgo });
            await producer.ProduceAsync(project.DataTopic, new Message<Null, byte[]> { Value = [1], Timestamp = longAgo });
        }

        var now = TimeProvider.System.GetUtcNow();
        foreach (var topic in project.Authority.Project.ControlTopics)
        {
            var records = RawKafka.Read(project.Kafka, topic.Name);
            Assert.That(records, Has.Count.GreaterThan(1), $"{topic.Name}: the record of this test, and those of members");
            Assert.That(records.Select(record => record.Message.Timestamp.Type), Is.All.EqualTo(TimestampType.LogAppendTime), topic.Name);
            Assert.That(records.Select(record => now - record.Message.Timestamp.UtcDateTime), Is.All.LessThan(TimeSpan.FromMinutes(5)), topic.Name);
        }

        // The broker would have believed it, had the topics not their setting.
        Assert.That(RawKafka.Read(project.Kafka, project.DataTopic).Select(record => record.Message.Timestamp), Has.Member(longAgo));
    }

    private static async Task AssertTheyAreAsPromisedAsync(ClientConfig kafka, ProjectDocument project)
    {
        using var admin = new AdminClientBuilder(kafka).Build();
        var partitions = admin.GetMetadata(ProjectOnKafka.Patience).Topics.ToDictionary(topic => topic.Topic, topic => topic.Partitions.Count);
        var results = await admin.DescribeConfigsAsync(project.ControlTopics.Select(topic => new ConfigResource { Type = ResourceType.Topic, Name = topic.Name }));
        var settings = results.ToDictionary(result => result.ConfigResource.Name, result => result.Entries);
        Assert.Multiple(() =>
        {
            Assert.That(project.ControlTopics, Has.Count.EqualTo(5));
            foreach (var topic in project.ControlTopics)
            {
                Assert.That(partitions.GetValueOrDefault(topic.Name), Is.EqualTo(topic.Partitions), topic.Name);
                Assert.That(topic.Settings.Keys, Is.SupersetOf(Promised), topic.Name);
                foreach (var (name, value) in topic.Settings)
                    Assert.That(settings[topic.Name][name].Value, Is.EqualTo(value), $"{name} of {topic.Name}");
            }
        });
    }
}

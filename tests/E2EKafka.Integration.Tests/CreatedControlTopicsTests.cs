using Confluent.Kafka;

namespace E2EKafka.Integration.Tests;

/// <summary>A development project on an embedded cluster without topics: its members create them.</summary>
[TestFixture]
public class CreatedControlTopicsTests
{
    private const string Topic = "orders";

    [Test]
    [CancelAfter(60_000)]
    public async Task A_member_creates_the_control_topics_that_the_authority_waits_for()
    {
        using var cluster = EmbeddedCluster.Start();
        cluster.CreateTopic(Topic);
        var options = new CredentialAuthorityOptions { ProjectName = "test", UseInMemoryVault = true, IsDevelopment = true };
        TestProjectOnKafka.Configure(cluster, options.Kafka);
        await using var authority = CredentialAuthority.Open(options);
        var joining = JoinAsync(member => member.Consume.Add(Topic));

        // It may create none itself.
        await authority.StartAsync();
        await using var consumer = await joining;
        await using var producer = await JoinAsync(member => member.Produce.Add(Topic));

        var context = new SerializationContext(MessageComponentType.Value, Topic, []);
        var message = producer.Encrypt(Serializers.Utf8).Serialize("hello", context);
        Assert.That(consumer.Decrypt(Deserializers.Utf8).Deserialize(message, isNull: false, context), Is.EqualTo("hello"));

        Task<EndToEndKafka> JoinAsync(Action<EndToEndKafkaOptions> configure)
        {
            var member = new EndToEndKafkaOptions
            {
                Project = authority.Project,
                Ticket = authority.CreateTicket(),
                UseInMemoryVault = true,
                CreateControlTopics = true,
            };
            TestProjectOnKafka.Configure(cluster, member.Kafka);
            configure(member);
            return EndToEndKafka.ConnectAsync(member);
        }
    }
}

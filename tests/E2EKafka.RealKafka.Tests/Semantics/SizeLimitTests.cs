using System.Globalization;
using Confluent.Kafka;

namespace E2EKafka.RealKafka.Tests.Semantics;

/// <summary>The longest value that still passes, from the overhead that the README names, and one byte more.</summary>
[TestFixture]
public class SizeLimitTests
{
    private const int Signed = 102;
    private const int Group = 38;

    private const string Key = "key";
    private const int Longest = 5000;

    [TestCase(MessageAuthentication.Signature, Signed)]
    [TestCase(MessageAuthentication.Shared, Group)]
    public async Task At_the_topics_limit_a_value_passes_and_one_byte_over_the_caller_has_the_error(MessageAuthentication authentication, int overhead)
    {
        var limit = BatchSize(Longest + overhead);
        await using var project = await StartAsync(authentication, limit);
        await using var member = await JoinAsync(project);
        using var producer = project.NewProducer(member);

        await AssertLimitAsync(project, member, producer);
        Assert.That((await BatchReader.ReadAsync(project.Kafka.BootstrapServers, project.DataTopic, 0))[0].Size, Is.EqualTo(limit));
    }

    [TestCase(MessageAuthentication.Signature, Signed)]
    [TestCase(MessageAuthentication.Shared, Group)]
    public async Task At_the_producers_limit_a_value_passes_and_one_byte_over_the_caller_has_the_error(MessageAuthentication authentication, int overhead)
    {
        await using var project = await StartAsync(authentication, 1_000_000);
        await using var member = await JoinAsync(project);
        var limit = await ProducersLimitAsync(project, Longest + overhead);
        using var producer = project.NewProducer(member, config => config.MessageMaxBytes = limit);

        await AssertLimitAsync(project, member, producer);
    }

    private static async Task AssertLimitAsync(ProjectOnBroker project, EndToEndKafka member, IProducer<string, string> producer)
    {
        await producer.SendAsync(project.DataTopic, new string('x', Longest), Key);
        var refused = (await Assert.ThrowsAsync<ProduceException<string, string>>(() => producer.SendAsync(project.DataTopic, new string('y', Longest + 1), Key)))!;
        await producer.SendAsync(project.DataTopic, "next", Key);
        using var consumer = project.NewAssignedConsumer(member);

        Assert.That(refused.Error.Code, Is.EqualTo(ErrorCode.MsgSizeTooLarge));
        Assert.That(consumer.NextValues(2), Is.EqualTo([new string('x', Longest), "next"]));
    }

    private static Task<ProjectOnBroker> StartAsync(MessageAuthentication authentication, int limit) => ProjectOnBroker.StartSharedAsync(
        partitions: 1,
        topicSettings: new() { ["max.message.bytes"] = limit.ToString(CultureInfo.InvariantCulture) }).ContinueWith(
            async started =>
            {
                var project = await started;
                await project.Authority.SetPolicyAsync(Policy.AnyMember with { Topics = [new TopicRequirements { Topic = "*", Authentication = authentication }] });
                return project;
            },
            TaskScheduler.Default).Unwrap();

    private static Task<EndToEndKafka> JoinAsync(ProjectOnBroker project) => project.JoinAsync(options =>
    {
        project.KeepIn("vault", options); // there is no reader yet, and the session must outlive the process
        options.Produce.Add(project.DataTopic);
        options.Consume.Add(project.DataTopic);
    });

    // The setting with which a producer that knows nothing of encryption takes this length and not one byte more.
    private static async Task<int> ProducersLimitAsync(ProjectOnBroker project, int length)
    {
        const string topic = "size-limits-of-plain-values";
        for (var limit = length; ; limit++)
        {
            using var producer = project.NewPlainProducer(config => config.MessageMaxBytes = limit);
            try
            {
                await producer.ProduceAsync(topic, new Message<byte[]?, byte[]?> { Key = ProjectOnKafka.Bytes(Key), Value = new byte[length] });
                return limit;
            }
            catch (ProduceException<byte[]?, byte[]?> e) when (e.Error.Code == ErrorCode.MsgSizeTooLarge && limit < length + 200)
            {
                // A larger one, then.
            }
        }
    }

    /// <summary>The size of one record in a batch of version 2, without headers.</summary>
    private static int BatchSize(int valueLength)
    {
        const int batchHeader = 61;
        const int attributesAndDeltas = 3;
        const int headerCount = 1;
        var record = attributesAndDeltas + VarintSize(Key.Length) + Key.Length + VarintSize(valueLength) + valueLength + headerCount;
        return batchHeader + VarintSize(record) + record;
    }

    // Zigzag: one bit for the sign.
    private static int VarintSize(int value)
    {
        var size = 1;
        for (var rest = value << 1; rest >= 0x80; rest >>= 7)
            size++;
        return size;
    }
}

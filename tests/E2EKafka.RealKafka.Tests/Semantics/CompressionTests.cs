using Confluent.Kafka;

namespace E2EKafka.RealKafka.Tests.Semantics;

/// <summary>Every compression codec, asked for by the producer or by the topic. The numbers are Kafka's, in a batch's attributes.</summary>
[TestFixture]
public class CompressionTests
{
    private const int Messages = 20;

    [TestCase(CompressionType.None, 0)]
    [TestCase(CompressionType.Gzip, 1)]
    [TestCase(CompressionType.Snappy, 2)]
    [TestCase(CompressionType.Lz4, 3)]
    [TestCase(CompressionType.Zstd, 4)]
    public async Task A_producers_codec_is_what_the_broker_holds_and_messages_open(CompressionType codec, int number)
    {
        await using var project = await ProjectOnBroker.StartSharedAsync(partitions: 1);
        await using var reader = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        await using var writer = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));
        SendAll(project, writer, config => config.CompressionType = codec);

        // librdkafka sends a batch that its codec would make larger as it is, which ciphertext alone is: repeated keys and headers shrink.
        await AssertCodecAndContentAsync(project, reader, number);
    }

    [TestCase("uncompressed", 0)]
    [TestCase("gzip", 1)]
    [TestCase("snappy", 2)]
    [TestCase("lz4", 3)]
    [TestCase("zstd", 4)]
    public async Task A_topics_codec_is_what_the_broker_holds_and_messages_open(string codec, int number)
    {
        await using var project = await ProjectOnBroker.StartSharedAsync(partitions: 1, topicSettings: new() { ["compression.type"] = codec });
        await using var reader = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        await using var writer = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));

        // The broker has to change the codec in each case.
        SendAll(project, writer, config => config.CompressionType = codec == "gzip" ? CompressionType.Lz4 : CompressionType.Gzip);

        await AssertCodecAndContentAsync(project, reader, number);
    }

    private static void SendAll(ProjectOnBroker project, EndToEndKafka writer, Action<ProducerConfig> configure)
    {
        using var producer = project.NewProducer(writer, config =>
        {
            config.LingerMs = 50;
            configure(config);
        });
        for (var i = 0; i < Messages; i++)
        {
            producer.Produce(project.DataTopic, new Message<string, string>
            {
                Key = "key",
                Value = Value(i),
                Headers = [new Header("repeated", new byte[500])],
            });
        }

        producer.Flush(ProjectOnKafka.Patience);
    }

    private static async Task AssertCodecAndContentAsync(ProjectOnBroker project, EndToEndKafka reader, int number)
    {
        using var consumer = project.NewAssignedConsumer(reader);
        Assert.That(consumer.NextValues(Messages), Is.EqualTo(Enumerable.Range(0, Messages).Select(Value)));

        var batches = await BatchReader.ReadAsync(project.Kafka.BootstrapServers, project.DataTopic, 0);
        Assert.That(batches, Is.Not.Empty);
        Assert.That(batches.Select(batch => batch.Codec), Is.All.EqualTo(number));
    }

    private static string Value(int i) => $"{i} " + new string('x', 200);
}

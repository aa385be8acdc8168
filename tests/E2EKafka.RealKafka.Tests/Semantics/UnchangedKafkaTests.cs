using Confluent.Kafka;

namespace E2EKafka.RealKafka.Tests.Semantics;

/// <summary>What an application does with Kafka gives the same with encryption as on a topic of plaintext beside it.</summary>
[TestFixture]
public class UnchangedKafkaTests
{
    private const int Partitions = 2;
    private const int Messages = 12;

    // Kafka deletes what is old, and refuses what is of the future.
    private static readonly DateTime Start = TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(-2 * Messages);

    private ProjectOnBroker _project = null!;
    private EndToEndKafka _reader = null!;
    private EndToEndKafka _writer = null!;
    private string _plain = null!;

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _project = await ProjectOnBroker.StartSharedAsync(Partitions);
        _plain = $"{_project.DataTopic}-plain";
        await _project.CreateTopicAsync(_plain, Partitions);
        _reader = await _project.JoinAsync(options => options.Consume.Add(_project.DataTopic));
        _writer = await _project.JoinAsync(options => options.Produce.Add(_project.DataTopic));
        using var encrypting = _project.NewProducer(_writer);
        using var plain = new ProducerBuilder<string, string>(new ProducerConfig(_project.Kafka) { LingerMs = 0 }).SetLogHandler(static (_, _) => { }).Build();
        foreach (var (producer, topic) in new[] { (encrypting, _project.DataTopic), (plain, _plain) })
        {
            for (var i = 0; i < Messages; i++)
            {
                await producer.ProduceAsync(new TopicPartition(topic, i % Partitions), new Message<string, string>
                {
                    Key = $"key {i}",
                    Value = $"value {i}",
                    Timestamp = new Timestamp(Start.AddMinutes(i)),
                    Headers = [new Header("twice", [(byte)i]), new Header("none", null), new Header("twice", [(byte)i, 1])],
                });
            }
        }
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        await _reader.DisposeAsync();
        await _writer.DisposeAsync();
        await _project.DisposeAsync();
    }

    [Test]
    public void Keys_values_timestamps_headers_and_offsets_are_what_the_application_gave()
    {
        var all = Same((consumer, topic) =>
        {
            AssignAll(consumer, topic, Offset.Beginning);
            return Read(consumer, Messages);
        });

        Assert.That(all, Has.Count.EqualTo(Messages).And.Some.Contains("value 0").And.Some.Contains("0001"));
    }

    [Test]
    public void Each_group_reads_everything_by_itself_and_goes_on_where_it_committed()
    {
        foreach (var group in new[] { "one", "two" })
        {
            Same(
                (consumer, topic) =>
                {
                    AssignAll(consumer, topic, Offset.Stored);
                    List<string> read = [];
                    for (var i = 0; i < 5; i++)
                    {
                        var record = Next(consumer);
                        consumer.Commit(record);
                        read.Add($"{record.Partition.Value}");
                    }

                    // Which partition comes first is Kafka's business; how many are committed is not.
                    return [$"{consumer.Committed(ProjectOnKafka.Patience).Sum(partition => Math.Max(partition.Offset.Value, 0))}, {read.Count}"];
                },
                group);
            Same(
                (consumer, topic) =>
                {
                    AssignAll(consumer, topic, Offset.Stored);
                    return [$"{Read(consumer, Messages - 5).Count}"];
                },
                group);
        }
    }

    [Test]
    public void A_consumer_begins_at_a_time()
    {
        var later = Same((consumer, topic) =>
        {
            var at = new Timestamp(Start.AddMinutes(7));
            consumer.Assign(consumer.OffsetsForTimes(Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionTimestamp(topic, partition, at)), ProjectOnKafka.Patience));
            return Read(consumer, Messages - 7);
        });

        Assert.That(later, Has.None.Contains("value 6").And.Some.Contains("value 7"));
    }

    [Test]
    public void A_consumer_seeks_back_to_the_beginning_and_to_an_offset()
    {
        Same((consumer, topic) =>
        {
            consumer.Assign(new TopicPartitionOffset(topic, 1, Offset.Beginning));
            var read = ReadInOrder(consumer, 4);
            consumer.Seek(new TopicPartitionOffset(topic, 1, Offset.Beginning));
            read.AddRange(ReadInOrder(consumer, 2));
            consumer.Seek(new TopicPartitionOffset(topic, 1, 4));
            read.AddRange(ReadInOrder(consumer, 2));
            read.Add($"{consumer.Position(new TopicPartition(topic, 1)).Value}");
            return read;
        });
    }

    [Test]
    public void A_partition_that_the_application_paused_stays_paused_until_it_resumes_it()
    {
        Same((consumer, topic) =>
        {
            AssignAll(consumer, topic, Offset.Beginning);
            consumer.Pause([new TopicPartition(topic, 0)]);
            var read = ReadInOrder(consumer, Messages / Partitions);
            Assert.That(Take(consumer, TimeSpan.FromSeconds(2)), Is.Null);
            consumer.Resume([new TopicPartition(topic, 0)]);
            read.AddRange(ReadInOrder(consumer, Messages / Partitions));
            return read;
        });
    }

    [Test]
    public void Offsets_are_committed_by_hand_for_partitions_assigned_by_hand()
    {
        Same(
            (consumer, topic) =>
            {
                consumer.Assign(new TopicPartitionOffset(topic, 0, 2));
                var read = ReadInOrder(consumer, 2);
                consumer.StoreOffset(new TopicPartitionOffset(topic, 0, 4));
                consumer.Commit();
                read.AddRange(Committed());
                consumer.Commit([new TopicPartitionOffset(topic, 0, 3)]);
                read.AddRange(Committed());
                return read;

                IEnumerable<string> Committed() =>
                    consumer.Committed([new TopicPartition(topic, 0), new TopicPartition(topic, 1)], ProjectOnKafka.Patience).Select(partition => $"{partition.Offset}");
            },
            "by-hand");
    }

    // Runs an application on both topics, and demands that it sees the same.
    private List<string> Same(Func<IConsumer<string, string>, string, List<string>> application, string group = "same")
    {
        List<string> encrypted;
        using (var consumer = Builder($"{group}-{_project.DataTopic}").SetValueDeserializer(_reader.Decrypt(Deserializers.Utf8)).Build())
        {
            encrypted = application(consumer, _project.DataTopic);
            consumer.Close();
        }

        using (var consumer = Builder($"{group}-{_plain}").Build())
        {
            Assert.That(encrypted, Is.EqualTo(application(consumer, _plain)));
            consumer.Close();
        }

        return encrypted;
    }

    private ConsumerBuilder<string, string> Builder(string group)
    {
        var config = _project.ConsumerConfig(group);
        config.EnableAutoCommit = false;
        return new ConsumerBuilder<string, string>(config).SetLogHandler(static (_, _) => { });
    }

    private static void AssignAll(IConsumer<string, string> consumer, string topic, Offset offset) =>
        consumer.Assign(Enumerable.Range(0, Partitions).Select(partition => new TopicPartitionOffset(topic, partition, offset)));

    // Sorted: between partitions there is no order.
    private static List<string> Read(IConsumer<string, string> consumer, int count) => [.. ReadInOrder(consumer, count).Order(StringComparer.Ordinal)];

    private static List<string> ReadInOrder(IConsumer<string, string> consumer, int count) => [.. Enumerable.Range(0, count).Select(_ => Text(Next(consumer)))];

    private static ConsumeResult<string, string> Next(IConsumer<string, string> consumer) =>
        Take(consumer, ProjectOnKafka.Patience) ?? throw new AssertionException("No record came.");

    private static ConsumeResult<string, string>? Take(IConsumer<string, string> consumer, TimeSpan patience) => consumer.ConsumeDecrypted(patience);

    private static string Text(ConsumeResult<string, string> record) =>
        $"{record.Partition.Value} {record.Offset.Value} {record.LeaderEpoch} {record.Message.Timestamp.Type} {record.Message.Timestamp.UtcDateTime:O} {record.Message.Key} {record.Message.Value} "
        + string.Join(' ', record.Message.Headers.Select(header => $"{header.Key}={(header.GetValueBytes() is { } bytes ? Convert.ToHexString(bytes) : "null")}"));
}

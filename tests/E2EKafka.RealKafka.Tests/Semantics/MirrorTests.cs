using Confluent.Kafka;

namespace E2EKafka.RealKafka.Tests.Semantics;

/// <summary>Records that a mirror, a backup or an application's dead-letter handling copied to another topic, byte for byte.</summary>
[TestFixture]
public class MirrorTests
{
    [Test]
    public async Task A_copy_opens_where_its_topic_is_accepted_and_nowhere_else()
    {
        await using var project = await ProjectOnBroker.StartSharedAsync(partitions: 1);
        var copy = $"{project.DataTopic}-copy";
        await project.CreateTopicAsync(copy);
        await using var writer = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));
        await using var accepting = await project.JoinAsync(options =>
        {
            options.Consume.Add(copy);
            options.AcceptTopic(copy, writtenAs: project.DataTopic);
        });
        await using var other = await project.JoinAsync(options =>
        {
            options.Consume.Add(project.DataTopic); // it has the keys, and yet not this use for them
            options.Consume.Add(copy);
        });
        using (var producer = new ProducerBuilder<string, string>(new ProducerConfig(project.Kafka) { LingerMs = 0 })
            .SetKeySerializer(writer.BindKey(Serializers.Utf8))
            .SetValueSerializer(writer.Encrypt(Serializers.Utf8))
            .Build())
        {
            foreach (var value in new[] { "one", null!, "" })
            {
                await producer.ProduceAsync(project.DataTopic, new Message<string, string>
                {
                    Key = "key",
                    Value = value,
                    Headers = [new Header("trace", [1, 2, 3]), new Header("empty", [])],
                });
            }
        }

        using (var mirror = project.NewPlainProducer())
        {
            foreach (var record in RawKafka.Read(project.Kafka, project.DataTopic))
                await mirror.ProduceAsync(copy, record.Message);
        }

        using var consumer = project.NewAssignedConsumer(accepting, bindKey: true, topic: copy);
        var records = Enumerable.Range(0, 3).Select(_ => consumer.Next().Message).ToList();
        Assert.That(records.Select(record => record.Value.IsVerified), Is.All.True);
        Assert.That(records.Select(record => record.Value.Value), Is.EqualTo(["one", null, ""]));
        Assert.That(records.Select(record => record.Value.Origin!.Producer), Is.All.EqualTo(writer.Identifier));
        foreach (var record in records)
        {
            Assert.That(record.Headers.GetLastBytes("trace"), Is.EqualTo([1, 2, 3]));
            Assert.That(record.Headers.GetLastBytes("empty"), Is.Empty);
        }

        using var without = project.NewAssignedConsumer(other, topic: copy);
        Assert.That(Enumerable.Range(0, 3).Select(_ => without.Next().Message.Value.Failure?.Reason), Is.All.EqualTo(FailureReason.WrongTopic));
    }

    [Test]
    public async Task A_dead_letter_that_an_application_could_not_handle_is_read_by_another_from_its_own_topic()
    {
        await using var project = await ProjectOnBroker.StartSharedAsync(partitions: 1);
        var deadLetters = $"{project.DataTopic}-dead-letters";
        await project.CreateTopicAsync(deadLetters);
        await using var writer = await project.JoinAsync(options => options.Produce.Add(project.DataTopic));
        await using var application = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        await using var repair = await project.JoinAsync(options => options.AcceptTopic(deadLetters, writtenAs: project.DataTopic).Consume.Add(deadLetters));
        await project.SendAsync(writer, "not a number");

        // The application's inner deserializer fails. What it passes on is what it got, with why.
        using var consumer = new ConsumerBuilder<string, long>(project.ConsumerConfig("application"))
            .SetValueDeserializer(application.Decrypt(Deserializers.Int64))
            .SetLogHandler(static (_, _) => { })
            .Build();
        consumer.Assign(new TopicPartitionOffset(project.DataTopic, 0, Offset.Beginning));
        var failed = Assert.Throws<ConsumeException>(() => consumer.ConsumeDecrypted(ProjectOnKafka.Patience))!;
        Assert.That(failed.GetOpenFailure()?.Reason, Is.EqualTo(FailureReason.InnerSerializerFailed));
        var record = failed.ConsumerRecord.Message;
        record.Headers.Add("why", ProjectOnKafka.Bytes("not a number"));
        using (var producer = project.NewPlainProducer())
            await producer.ProduceAsync(deadLetters, new Message<byte[]?, byte[]?> { Key = record.Key, Value = record.Value, Headers = record.Headers });

        using var reader = project.NewAssignedConsumer(repair, topic: deadLetters);
        var letter = reader.Next().Message;
        Assert.That(letter.Value.Value, Is.EqualTo("not a number"));
        Assert.That(letter.Value.Origin!.Producer, Is.EqualTo(writer.Identifier));
        Assert.That(letter.Headers.GetLastBytes("why"), Is.EqualTo(ProjectOnKafka.Bytes("not a number")));
    }
}

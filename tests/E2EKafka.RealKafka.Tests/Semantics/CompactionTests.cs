using Confluent.Kafka;

namespace E2EKafka.RealKafka.Tests.Semantics;

/// <summary>Topics that the broker really compacts.</summary>
[TestFixture]
public class CompactionTests
{
    [Test]
    public async Task After_compaction_the_latest_value_of_each_key_opens_and_a_tombstone_has_removed_its_key()
    {
        await using var project = await StartCompactedAsync();
        await using var member = await project.JoinAsync(Both(project));
        using var producer = NewProducer(project, member);
        for (var version = 1; version <= 3; version++)
        {
            foreach (var key in (string[])["a", "b", "gone"])
                await producer.SendAsync(project.DataTopic, $"{key} {version}", key);
        }

        var tombstone = (await producer.SendAsync(project.DataTopic, null!, "gone")).Offset.Value;
        using (var before = project.NewAssignedConsumer(member, bindKey: true))
        {
            var records = Enumerable.Range(0, 10).Select(_ => before.Next().Message).ToList();
            Assert.That(records.Select(record => record.Value.IsVerified), Is.All.True);
            Assert.That(records[^1], Has.Property("Key").EqualTo("gone"));
            Assert.That(records[^1].Value.Value, Is.Null, "the tombstone");
            Assert.That(records[^1].Value.Origin!.Producer, Is.EqualTo(member.Identifier));
        }

        // Another session writes the rest.
        await member.DiscardSessionsAsync();
        await producer.SendAsync(project.DataTopic, "c 1", "c");
        await CompactAsync(project, producer);
        await ApplicationClients.EventuallyAsync(
            "old values and the tombstone are compacted away",
            async () =>
            {
                await producer.SendAsync(project.DataTopic, "roll", "roll");
                return project.OffsetsOf(project.DataTopic).All(offset => offset is 6 or 7 || offset > tombstone);
            },
            TimeSpan.FromMinutes(3));

        Assert.That(project.OffsetsOf(project.DataTopic), Is.SupersetOf([6, 7, tombstone + 1]), "latest values are kept");
        await using var late = await project.JoinAsync(options => options.Consume.Add(project.DataTopic));
        foreach (var reader in new[] { member, late })
        {
            using var after = project.NewAssignedConsumer(reader, bindKey: true);
            var latest = Enumerable.Range(0, 3).Select(_ => after.Next().Message).ToList();
            Assert.That(latest.Select(record => (record.Key, record.Value.Value)), Is.EqualTo([("a", "a 3"), ("b", "b 3"), ("c", "c 1")]));
        }
    }

    [Test]
    public async Task A_key_moved_to_another_value_does_not_survive_as_that_keys_latest_value()
    {
        await using var project = await StartCompactedAsync();
        await using var member = await project.JoinAsync(Both(project));
        using var producer = NewProducer(project, member);
        await producer.SendAsync(project.DataTopic, "of a", "a");
        await producer.SendAsync(project.DataTopic, "of b", "b");
        var stolen = RawKafka.Read(project.Kafka, project.DataTopic)[0].Message;
        using (var writer = project.NewPlainProducer())
            await writer.ProduceAsync(project.DataTopic, new Message<byte[]?, byte[]?> { Key = ProjectOnKafka.Bytes("b"), Value = stolen.Value, Headers = stolen.Headers });
        await CompactAsync(project, producer);
        await ApplicationClients.EventuallyAsync(
            "the older value of b is compacted away",
            async () =>
            {
                await producer.SendAsync(project.DataTopic, "roll", "roll");
                return !project.OffsetsOf(project.DataTopic).Contains(1);
            },
            TimeSpan.FromMinutes(3));

        var config = project.ConsumerConfig("moved");
        using var reader = new ConsumerBuilder<string, string>(config)
            .SetKeyDeserializer(member.BindKey(Deserializers.Utf8))
            .SetValueDeserializer(member.Decrypt(Deserializers.Utf8))
            .Build();
        reader.Assign(new TopicPartitionOffset(project.DataTopic, 0, Offset.Beginning));
        Assert.That(reader.ConsumeDecrypted(ProjectOnKafka.Patience)!.Message.Value, Is.EqualTo("of a"));
        var refused = Assert.Throws<ConsumeException>(() => reader.ConsumeDecrypted(ProjectOnKafka.Patience))!;
        Assert.That(refused.ConsumerRecord.Message.Key, Is.EqualTo(ProjectOnKafka.Bytes("b")));
        Assert.That(refused.GetOpenFailure()?.Reason, Is.EqualTo(FailureReason.RecordKeyMismatch));
        Assert.That(reader.ConsumeDecrypted(ProjectOnKafka.Patience)!.Message.Value, Is.EqualTo("roll"));
    }

    [Test]
    public async Task A_bare_null_is_refused_and_one_by_the_library_is_a_tombstone_for_Kafka()
    {
        await using var project = await StartCompactedAsync(new() { ["cleanup.policy"] = "compact" });
        await using var member = await project.JoinAsync(Both(project));
        using var producer = project.NewProducer(member);
        await producer.SendAsync(project.DataTopic, "value");
        await producer.SendAsync(project.DataTopic, null!);
        using (var writer = project.NewPlainProducer())
            await writer.ProduceAsync(project.DataTopic, new Message<byte[]?, byte[]?> { Key = ProjectOnKafka.Bytes("key"), Value = null });
        await producer.SendAsync(project.DataTopic, "after");
        using var consumer = project.NewAssignedConsumer(member);
        var records = Enumerable.Range(0, 4).Select(_ => consumer.Next().Message.Value).ToList();

        Assert.That(RawKafka.Read(project.Kafka, project.DataTopic).Select(record => record.Message.Value is null), Is.EqualTo([false, true, true, false]));
        Assert.That(records.Select(record => record.Failure?.Reason), Is.EqualTo(new FailureReason?[] { null, null, FailureReason.TombstoneNotAuthenticated, null }));
        Assert.That(records[1].Value, Is.Null);
        Assert.That(records[3].Value, Is.EqualTo("after"));
    }

    [Test]
    public async Task A_compacted_topic_of_which_policy_states_no_key_retention_is_not_sent_to()
    {
        await using var project = await ProjectOnBroker.StartSharedAsync(partitions: 1, topicSettings: new() { ["cleanup.policy"] = "compact" });
        await using var member = await project.JoinAsync(Both(project));
        using var producer = NewProducer(project, member);
        ProduceException<string, string>? refused = null;
        await ApplicationClients.EventuallyAsync(
            "Kafka has shown the topic's settings",
            async () =>
            {
                await member.DiscardSessionsAsync();
                try
                {
                    await producer.SendAsync(project.DataTopic, "value", "key");
                }
                catch (ProduceException<string, string> e)
                {
                    refused = e;
                }

                return refused is not null;
            },
            ProjectOnKafka.Patience);
        var why = refused!.InnerException as EndToEndKafkaException;
        Assert.That((why?.Reason, why?.Kind), Is.EqualTo((FailureReason.KeyRetentionNotStated, FailureKind.Denied)), why?.Message);
        Assert.That(member.NotReady, Is.Null, "it concerns one topic");

        await StateKeyRetentionAsync(project);
        await ApplicationClients.EventuallyAsync(
            "the member has the policy",
            async () =>
            {
                try
                {
                    await producer.SendAsync(project.DataTopic, "value", "key");
                    return true;
                }
                catch (ProduceException<string, string>)
                {
                    return false;
                }
            },
            ProjectOnKafka.Patience);
    }

    private static async Task<ProjectOnBroker> StartCompactedAsync(Dictionary<string, string>? settings = null)
    {
        var project = await ProjectOnBroker.StartSharedAsync(partitions: 1, topicSettings: settings ?? new()
        {
            ["cleanup.policy"] = "compact",
            ["min.cleanable.dirty.ratio"] = "0.01",
            ["min.compaction.lag.ms"] = "0",
            ["delete.retention.ms"] = "0",
        });
        await StateKeyRetentionAsync(project);
        return project;
    }

    // What Kafka keeps for ever needs keys for longer than by default.
    private static Task StateKeyRetentionAsync(ProjectOnBroker project) => project.Authority.SetPolicyAsync(
        Policy.AnyMember with { Topics = [new TopicRequirements { Topic = project.DataTopic, KeyRetention = TimeSpan.FromDays(5) }] });

    // Only closed segments are compacted: from now on each record closes the one before it.
    private static async Task CompactAsync(ProjectOnBroker project, IProducer<string, string> producer)
    {
        await project.SetAsync(project.DataTopic, ("segment.ms", "1"));
        await producer.SendAsync(project.DataTopic, "roll", "roll");
    }

    private static Action<EndToEndKafkaOptions> Both(ProjectOnBroker project) => options =>
    {
        project.KeepIn("vault", options); // there is no reader yet, and the session must outlive the process
        options.Produce.Add(project.DataTopic);
        options.Consume.Add(project.DataTopic);
    };

    private static IProducer<string, string> NewProducer(ProjectOnBroker project, EndToEndKafka member) =>
        new ProducerBuilder<string, string>(new ProducerConfig(project.Kafka) { LingerMs = 0 })
            .SetKeySerializer(member.BindKey(Serializers.Utf8))
            .SetValueSerializer(member.Encrypt(Serializers.Utf8))
            .SetLogHandler(static (_, _) => { })
            .Build();
}

using System.Text;
using Confluent.Kafka;

namespace E2EKafka.Client.Tests.Serialization;

/// <summary>With DecryptVerified, a consumer's loop gets every refused record as a value that says why, and is never thrown out by one.</summary>
[TestFixture]
public class VerifiedConsumptionTests
{
    private const string Topic = TestChannel.Topic;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private EmbeddedCluster _cluster = null!;
    private TestChannel _channel = null!;
    private KeyBindingSerializer<string?> _bind = null!;
    private EncryptingSerializer<string?> _encrypt = null!;

    [SetUp]
    public void SetUp()
    {
        _cluster = EmbeddedCluster.Start();
        _cluster.CreateTopic(Topic);
        _channel = new TestChannel();
        _bind = new KeyBindingSerializer<string?>(Serializers.Utf8!);
        _encrypt = new EncryptingSerializer<string?>(Serializers.Utf8!, _channel.Protector);
    }

    [TearDown]
    public void TearDown()
    {
        _channel.Dispose();
        _cluster.Dispose();
    }

    [Test]
    public void A_value_that_was_moved_to_another_key_is_refused_as_a_value()
    {
        var moved = Bound("customer 7", "hello");
        moved.Key = "customer 8"u8.ToArray();
        Send(moved, Bound("customer 7", "next"));

        var (refused, next) = (Read(2) is [var first, var second] ? (first, second) : default);

        Assert.Multiple(() =>
        {
            Assert.That(refused.Message.Value.Failure?.Reason, Is.EqualTo(FailureReason.RecordKeyMismatch));
            Assert.That(() => refused.Message.Value.Value, Throws.TypeOf<MessageOpenException>());
            Assert.That(refused.Message.Key, Is.Null, "a key that was not checked");
            Assert.That(refused.TopicPartitionOffset, Is.EqualTo(new TopicPartitionOffset(Topic, 0, 0)));
            Assert.That(refused.Message.Headers, Is.Empty);
            Assert.That((next.Message.Key, next.Message.Value.Value), Is.EqualTo(("customer 7", "next")));
            Assert.That(_channel.Refusals.ToList().Single().Reason, Is.EqualTo(FailureReason.RecordKeyMismatch));
        });
    }

    [Test]
    public void Every_other_refusal_is_a_value_too()
    {
        _channel.AddSession(TestChannel.OtherTopic, toSend: true);
        var elsewhere = TestRecord.Produce(_bind, "customer 7", _encrypt, "hello");
        elsewhere.Value = _channel.Protector.Protect(
            "hello"u8, new MessageContext(TestChannel.OtherTopic, recordKeyHash: RecordKeyHash.Of("customer 7"u8, isNull: false)));
        var altered = Bound("customer 7", "hello");
        altered.Value![^1] ^= 1;
        var cut = Bound("customer 7", "hello");
        cut.Value = cut.Value![..10];
        (TestRecord Record, FailureReason Reason)[] cases =
        [
            (Bound("customer 7", "plain") is var plain && (plain.Value = "plain"u8.ToArray()) is not null ? plain : plain, FailureReason.NotEncrypted),
            (new TestRecord { Key = "customer 7"u8.ToArray(), Value = "plain"u8.ToArray() }, FailureReason.NotEncrypted),
            (new TestRecord { Key = "customer 7"u8.ToArray(), Value = null }, FailureReason.TombstoneNotAuthenticated),
            (new TestRecord { Key = "customer 7"u8.ToArray(), Value = [] }, FailureReason.NotEncrypted),
            (TestRecord.Produce(Serializers.Utf8!, "customer 7", _encrypt, "hello"), FailureReason.RecordKeyMismatch),
            (elsewhere, FailureReason.WrongTopic),
            (altered, FailureReason.SignatureInvalid),
            (cut, FailureReason.Truncated),
            (Bound("customer 7", "not a value"), FailureReason.InnerSerializerFailed),
            (Bound("not a key", "hello"), FailureReason.InnerSerializerFailed),
            (new TestRecord { Key = [0xFF, 0xC0], Value = [0xFF], Headers = new Headers { { RecordHeaders.Tombstone, null } } }, FailureReason.NotEncrypted),
            (new TestRecord { Key = null, Value = null, Headers = new Headers { { "", null }, { RecordHeaders.Tombstone, new byte[200_000] } } }, FailureReason.NotEncrypted),
        ];
        Send([.. cases.Select(one => one.Record), Bound("customer 7", "last")]);

        var read = Read(cases.Length + 1);

        Assert.Multiple(() =>
        {
            Assert.That(read.SkipLast(1).Select(record => record.Message.Value.Failure?.Reason), Is.EqualTo(cases.Select(one => (FailureReason?)one.Reason)));
            Assert.That(read[^1].Message.Value.Value, Is.EqualTo("last"));
        });
    }

    [Test]
    public void A_key_deserializer_of_the_application_that_throws_is_a_value_too()
    {
        Send(Bound("not a key", "hello"), Bound("customer 7", "next"));

        var read = Read(2, keys: new Picky("not a key"));

        Assert.That(read[0].Message.Value.Failure?.Reason, Is.EqualTo(FailureReason.InnerSerializerFailed));
        Assert.That(read[0].Message.Value.Failure?.Message, Does.Contain("key").And.Contain(Topic).And.Not.Contain("secret of the deserializer"));
        Assert.That(read[1].Message.Value.Value, Is.EqualTo("next"));
    }

    [TestCase("none")]
    [TestCase("timestamp")]
    [TestCase("timestamp,topic")]
    [TestCase("headers")]
    public void A_consumer_that_hides_topic_or_headers_gets_values_that_say_so(string fields)
    {
        Send(Bound("customer 7", "hello"), Bound("customer 7", "next"));

        foreach (var keys in (IDeserializer<string?>[])[NewKeys(), Deserializers.Utf8!])
            Assert.That(Read(2, keys, fields).Select(record => record.Message.Value.Failure?.Reason), Is.All.EqualTo(FailureReason.RecordContextMissing));
    }

    [Test]
    public void With_Decrypt_a_key_mismatch_is_thrown_and_the_next_record_comes()
    {
        var moved = Bound("customer 7", "hello");
        moved.Key = "customer 8"u8.ToArray();
        Send(moved, Bound("customer 7", "next"));
        using var consumer = NewConsumer(NewKeys(), new DecryptingDeserializer<string?>(Deserializers.Utf8!, _channel.Protector));

        Assert.That(Assert.Throws<ConsumeException>(() => consumer.ConsumeDecrypted(Patience))!.GetOpenFailure()?.Reason, Is.EqualTo(FailureReason.RecordKeyMismatch));
        Assert.That(consumer.ConsumeDecrypted(Patience)!.Message.Value, Is.EqualTo("next"));
        consumer.Close();
    }

    [Test]
    public void Beside_a_value_deserializer_of_the_application_nothing_is_compared()
    {
        var moved = Bound("customer 7", "hello");
        moved.Key = "customer 8"u8.ToArray();
        Send(moved);
        using var consumer = NewConsumer(NewKeys(), Deserializers.ByteArray);

        Assert.That(consumer.ConsumeDecrypted(Patience)!.Message.Key, Is.EqualTo("customer 8"));
        consumer.Close();
    }

    // Keys as bytes, not bound

    [Test]
    public void Keys_that_are_bytes_are_compared_unasked()
    {
        Send(
            Moved(Bound("customer 7", "hello"), "customer 8"),
            Moved(Bound("customer 7", "hello"), null),
            Bound("customer 7", "bound"),
            TestRecord.Produce(Serializers.Utf8!, "customer 7", _encrypt, "not bound"),
            Moved(Bound("customer 7", null), "customer 8"),
            Bound(null, "no key"));
        using var consumer = NewConsumer(Deserializers.ByteArray, new VerifyingDeserializer<string?>(Deserializers.Utf8!, _channel.Protector));

        var read = Enumerable.Range(0, 6).Select(_ => consumer.ConsumeDecrypted(Patience)!.Message).ToList();
        consumer.Close();

        Assert.Multiple(() =>
        {
            Assert.That(read.Select(message => message.Value.Failure?.Reason), Is.EqualTo(new FailureReason?[]
            {
                FailureReason.RecordKeyMismatch, FailureReason.RecordKeyMismatch, null, null, FailureReason.RecordKeyMismatch, null,
            }));
            Assert.That(read.Select(message => message.Value.Origin?.KeyBinding), Is.EqualTo(new RecordKeyBinding?[]
            {
                null, null, RecordKeyBinding.Matches, RecordKeyBinding.NotBound, null, RecordKeyBinding.Matches,
            }));
            Assert.That(read[0].Key, Is.Null, "a key that was refused");
            Assert.That(read[0].Value.Failure!.Producer, Is.EqualTo(_channel.Producer.Identifier));
            Assert.That(_channel.Refusals.ToList().Single().Reason, Is.EqualTo(FailureReason.RecordKeyMismatch));
        });
    }

    [TestCase("hello")]
    [TestCase(null)]
    public void With_Decrypt_the_refusal_of_a_key_that_is_bytes_has_the_record_as_Kafka_has_it(string? value)
    {
        var moved = Moved(Bound("customer 7", value), "customer 8");
        Send(moved, Bound("customer 7", "next"));
        using var consumer = NewConsumer(Deserializers.ByteArray, new DecryptingDeserializer<string?>(Deserializers.Utf8!, _channel.Protector));

        var refused = Assert.Throws<ConsumeException>(() => consumer.ConsumeDecrypted(Patience))!;

        Assert.Multiple(() =>
        {
            Assert.That(refused.GetOpenFailure()?.Reason, Is.EqualTo(FailureReason.RecordKeyMismatch));
            Assert.That(refused.ConsumerRecord.TopicPartitionOffset, Is.EqualTo(new TopicPartitionOffset(Topic, 0, 0)));
            Assert.That(refused.ConsumerRecord.Message.Key, Is.EqualTo(moved.Key));
            Assert.That(refused.ConsumerRecord.Message.Value, Is.EqualTo(moved.Value));
            Assert.That(consumer.ConsumeDecrypted(Patience)!.Message.Value, Is.EqualTo("next"));
        });
        consumer.Close();
    }

    [Test]
    public void A_key_of_another_type_is_not_compared_unasked_and_the_value_says_so()
    {
        Send(Moved(Bound("customer 7", "hello"), "customer 8"));

        var read = Read(1, Deserializers.Utf8!).Single().Message;

        Assert.That((read.Key, read.Value.Value, read.Value.Origin!.KeyBinding), Is.EqualTo(("customer 8", "hello", RecordKeyBinding.NotCompared)));
    }

    private static TestRecord Moved(TestRecord record, string? key)
    {
        record.Key = key is null ? null : Encoding.UTF8.GetBytes(key);
        return record;
    }

    private TestRecord Bound(string? key, string? value) => TestRecord.Produce(_bind, key, _encrypt, value);

    private KeyBindingDeserializer<string?> NewKeys() => new(new Picky("not a key"), _channel.Protector);

    private void Send(params TestRecord[] records)
    {
        using var producer = new ProducerBuilder<byte[]?, byte[]?>(new ProducerConfig { BootstrapServers = _cluster.BootstrapServers, LingerMs = 0 }).Build();
        foreach (var record in records)
            producer.Produce(Topic, new Message<byte[]?, byte[]?> { Key = record.Key, Value = record.Value, Headers = record.Headers });
        producer.Flush(Patience);
    }

    private List<ConsumeResult<string?, Verified<string?>>> Read(int count, IDeserializer<string?>? keys = null, string fields = "all")
    {
        using var consumer = NewConsumer(keys ?? NewKeys(), new VerifyingDeserializer<string?>(new Picky("not a value"), _channel.Protector), fields);
        var read = Enumerable.Range(0, count).Select(_ => consumer.ConsumeDecrypted(Patience)!).ToList();
        consumer.Close();
        return read;
    }

    private IConsumer<TKey, TValue> NewConsumer<TKey, TValue>(IDeserializer<TKey> keys, IDeserializer<TValue> values, string fields = "all")
    {
        var consumer = new ConsumerBuilder<TKey, TValue>(new ConsumerConfig
        {
            BootstrapServers = _cluster.BootstrapServers,
            GroupId = "readers",
            EnableAutoOffsetStore = false,
            FetchWaitMaxMs = 10,
            ConsumeResultFields = fields,
        }).SetKeyDeserializer(keys).SetValueDeserializer(values).Build();
        consumer.Assign(new TopicPartitionOffset(Topic, 0, Offset.Beginning));
        return consumer;
    }

    /// <summary>Reads text, and throws for one text.</summary>
    private sealed class Picky(string hated) : IDeserializer<string?>
    {
        public string? Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) =>
            isNull ? null
            : Encoding.UTF8.GetString(data) is var text && text == hated ? throw new InvalidOperationException("secret of the deserializer")
            : text;
    }
}

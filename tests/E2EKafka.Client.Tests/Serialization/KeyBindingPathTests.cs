using Confluent.Kafka;
using NUnit.Framework.Constraints;

namespace E2EKafka.Client.Tests.Serialization;

/// <summary>How a key's hash gets from its serializer to the value's, and back: on whichever thread, in whichever order, with whichever headers.</summary>
[TestFixture]
public class KeyBindingPathTests
{
    private TestChannel _channel = null!;
    private KeyBindingSerializer<string?> _bind = null!;
    private KeyBindingDeserializer<string?> _checkKey = null!;
    private EncryptingSerializer<string?> _encrypt = null!;
    private DecryptingDeserializer<string?> _decrypt = null!;

    [SetUp]
    public void SetUp()
    {
        _channel = new TestChannel();
        _bind = new KeyBindingSerializer<string?>(Serializers.Utf8!);
        _checkKey = new KeyBindingDeserializer<string?>(Deserializers.Utf8!, _channel.Protector);
        _encrypt = new EncryptingSerializer<string?>(Serializers.Utf8!, _channel.Protector);
        _decrypt = new DecryptingDeserializer<string?>(Deserializers.Utf8!, _channel.Protector);
    }

    [TearDown]
    public void TearDown() => _channel.Dispose();

    [TestCase(false)]
    [TestCase(true)]
    public async Task Confluents_producer_and_consumer_bind_and_compare(bool isAsync)
    {
        using var cluster = EmbeddedCluster.Start();
        cluster.CreateTopic(TestChannel.Topic);
        var producers = new ProducerBuilder<string?, string?>(new ProducerConfig { BootstrapServers = cluster.BootstrapServers, LingerMs = 0 }).SetKeySerializer(_bind);
        using var producer = (isAsync
            ? producers.SetValueSerializer(new AsyncEncryptingSerializer<string?>(new CompletedSerializer<string?>(Serializers.Utf8!, includesInnerMessages: false), _channel.Protector))
            : producers.SetValueSerializer(_encrypt)).Build();
        var shared = new Headers();
        var records = new (string? Key, string? Value)[] { ("customer 7", "hello"), ("customer 8", null), (null, "no key"), ("", null) };
        await Task.WhenAll(records.Select(record =>
            producer.ProduceAsync(TestChannel.Topic, new Message<string?, string?> { Key = record.Key, Value = record.Value, Headers = shared })));
        using var consumer = new ConsumerBuilder<string?, Verified<string?>>(new ConsumerConfig { BootstrapServers = cluster.BootstrapServers, GroupId = "readers" })
            .SetKeyDeserializer(_checkKey)
            .SetValueDeserializer(new VerifyingDeserializer<string?>(Deserializers.Utf8!, _channel.Protector))
            .Build();
        consumer.Assign(new TopicPartitionOffset(TestChannel.Topic, 0, Offset.Beginning));

        var read = records.Select(_ => consumer.Consume(TimeSpan.FromSeconds(30)).Message).ToList();
        consumer.Close();

        Assert.That(read.Select(message => (message.Key, message.Value.Value)), Is.EqualTo(records));
        Assert.That(read.Select(message => message.Value.Origin!.KeyBinding), Is.All.EqualTo(RecordKeyBinding.Matches));
    }

    [Test]
    public async Task A_key_that_is_serialized_on_another_thread_is_bound_whatever_else_is_sent_with_the_same_headers([Values] bool isValueAsync)
    {
        const int Messages = 200;
        using var cluster = EmbeddedCluster.Start();
        cluster.CreateTopic(TestChannel.Topic);
        var producers = new ProducerBuilder<string?, string?>(new ProducerConfig { BootstrapServers = cluster.BootstrapServers, LingerMs = 0 })
            .SetKeySerializer(new AsyncKeyBindingSerializer<string?>(new ElsewhereSerializer()));
        using var producer = (isValueAsync
            ? producers.SetValueSerializer(new AsyncEncryptingSerializer<string?>(new ElsewhereSerializer(), _channel.Protector))
            : producers.SetValueSerializer(_encrypt)).Build();
        var shared = new Headers();
        await Task.WhenAll(Enumerable.Range(0, Messages).Select(i => Task.Run(() =>
            producer.ProduceAsync(TestChannel.Topic, new Message<string?, string?> { Key = i % 10 == 0 ? null : $"key {i}", Value = $"value {i}", Headers = shared }))));
        using var consumer = new ConsumerBuilder<string?, Verified<string?>>(new ConsumerConfig { BootstrapServers = cluster.BootstrapServers, GroupId = "readers" })
            .SetKeyDeserializer(_checkKey)
            .SetValueDeserializer(new VerifyingDeserializer<string?>(Deserializers.Utf8!, _channel.Protector))
            .Build();
        consumer.Assign(new TopicPartitionOffset(TestChannel.Topic, 0, Offset.Beginning));

        var read = Enumerable.Range(0, Messages).Select(_ => consumer.Consume(TimeSpan.FromSeconds(30)).Message).ToList();
        consumer.Close();

        Assert.That(read.Select(message => message.Value.Failure), Is.All.Null);
        Assert.That(read.Select(message => message.Value.Origin!.KeyBinding), Is.All.EqualTo(RecordKeyBinding.Matches));
    }

    [Test]
    public async Task A_value_whose_key_is_hidden_by_an_async_method_around_BindKey_is_refused()
    {
        var headers = new Headers();
        var wrapped = new WrappingSerializer(new AsyncKeyBindingSerializer<string?>(new ElsewhereSerializer()));
        await wrapped.SerializeAsync("customer 7", new SerializationContext(MessageComponentType.Key, TestChannel.Topic, headers));

        Assert.That(
            () => _encrypt.Serialize("hello", new SerializationContext(MessageComponentType.Value, TestChannel.Topic, headers)),
            Throws.TypeOf<EndToEndKafkaException>().With.Property("Reason").EqualTo(FailureReason.RecordContextMissing).And.Message.Contains("SetKeySerializer"));
    }

    [Test]
    public void A_key_that_could_not_be_serialized_asynchronously_is_bound_to_no_other_value()
    {
        var headers = new Headers();
        var failing = new AsyncKeyBindingSerializer<string?>(new FailingSerializer());
        Assert.That(async () => await failing.SerializeAsync("customer 7", new SerializationContext(MessageComponentType.Key, TestChannel.Topic, headers)), Throws.InvalidOperationException);

        var value = _encrypt.Serialize("hello", new SerializationContext(MessageComponentType.Value, TestChannel.Topic, headers));
        Assert.That((MessageHeader.Read(value, out var header), header.IsKeyBound), Is.EqualTo(((FailureReason?)null, false)));
    }

    [Test]
    public async Task A_thousand_messages_that_eight_threads_send_with_one_Headers_object_come_back_verified()
    {
        const int Threads = 8;
        const int Each = 125;
        using var cluster = EmbeddedCluster.Start();
        cluster.CreateTopic(TestChannel.Topic);
        using var producer = new ProducerBuilder<string?, string?>(new ProducerConfig { BootstrapServers = cluster.BootstrapServers })
            .SetKeySerializer(_bind).SetValueSerializer(_encrypt).Build();
        var shared = new Headers { { "trace", [1, 2, 3] } };
        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Factory.StartNew(
            () =>
            {
                for (var i = 0; i < Each; i++)
                    producer.Produce(TestChannel.Topic, new Message<string?, string?> { Key = $"{thread}", Value = $"{thread}/{i}", Headers = shared });
            },
            TaskCreationOptions.LongRunning)));
        producer.Flush(TimeSpan.FromSeconds(30));
        using var consumer = new ConsumerBuilder<string?, Verified<string?>>(new ConsumerConfig { BootstrapServers = cluster.BootstrapServers, GroupId = "readers" })
            .SetKeyDeserializer(_checkKey)
            .SetValueDeserializer(new VerifyingDeserializer<string?>(Deserializers.Utf8!, _channel.Protector))
            .Build();
        consumer.Assign(new TopicPartitionOffset(TestChannel.Topic, 0, Offset.Beginning));
        var read = Enumerable.Range(0, Threads * Each).Select(_ => consumer.Consume(TimeSpan.FromSeconds(30)).Message).ToList();
        consumer.Close();

        Assert.Multiple(() =>
        {
            Assert.That(read.Select(message => message.Value.Origin!.KeyBinding), Is.All.EqualTo(RecordKeyBinding.Matches));
            Assert.That(
                read.GroupBy(message => message.Key).ToDictionary(group => group.Key!, group => group.Select(message => message.Value.Value).ToList()),
                Is.EqualTo(Enumerable.Range(0, Threads).ToDictionary(thread => $"{thread}", thread => Enumerable.Range(0, Each).Select(i => $"{thread}/{i}").ToList())));
            Assert.That(shared, Has.Count.EqualTo(1), "nothing was written into it");
        });
    }

    [Test]
    public void Messages_that_share_headers_on_two_threads_are_bound_each_to_its_own_key()
    {
        var headers = new Headers();
        var (first, second) = (new TestRecord { Headers = headers }, new TestRecord { Headers = headers });
        first.Key = _bind.Serialize("customer 7", Context(first, MessageComponentType.Key));
        OnAnotherThread(() =>
        {
            second.Key = _bind.Serialize("customer 8", Context(second, MessageComponentType.Key));
            second.Value = _encrypt.Serialize("second", Context(second, MessageComponentType.Value));
        });
        first.Value = _encrypt.Serialize("first", Context(first, MessageComponentType.Value));

        Assert.Multiple(() =>
        {
            Assert.That(first.Consume(_checkKey, _decrypt), Is.EqualTo(("customer 7", "first")));
            Assert.That(second.Consume(_checkKey, _decrypt), Is.EqualTo(("customer 8", "second")));
        });
    }

    [Test]
    public void The_key_of_a_record_that_failed_is_not_the_next_ones()
    {
        var record = new TestRecord();
        var failing = new EncryptingSerializer<string?>(new Failing(), _channel.Protector);
        Assert.That(() => TestRecord.Produce(_bind, "customer 7", failing, "hello", record.Headers), Throws.TypeOf<EndToEndKafkaException>());

        record.Value = _encrypt.Serialize("next", Context(record, MessageComponentType.Value));

        Assert.That(record.Value[1] & (byte)MessageFlags.KeyBound, Is.Zero);
    }

    [Test]
    public void Another_record_that_is_sent_in_between_takes_no_key_away()
    {
        var record = new TestRecord();
        var interrupted = new EncryptingSerializer<string?>(new Interrupted(() => Produce("customer 8", "in between")), _channel.Protector);
        record.Key = _bind.Serialize("customer 7", Context(record, MessageComponentType.Key));
        record.Value = interrupted.Serialize("hello", Context(record, MessageComponentType.Value));

        Assert.That(record.Consume(_checkKey, _decrypt), Is.EqualTo(("customer 7", "hello")));
    }

    [Test]
    public void A_value_that_is_read_on_another_thread_than_its_key_is_compared_too()
    {
        var record = Produce("customer 7", "hello");
        record.Key = "customer 8"u8.ToArray();
        _checkKey.Deserialize(record.Key, false, Context(record, MessageComponentType.Key));

        FailureReason? refused = null;
        OnAnotherThread(() => refused = record.Consume(new VerifyingDeserializer<string?>(Deserializers.Utf8!, _channel.Protector)).Failure?.Reason);

        Assert.That(refused, Is.EqualTo(FailureReason.RecordKeyMismatch));
    }

    [Test]
    public void A_batch_whose_keys_are_read_before_all_values_is_compared_record_by_record()
    {
        var records = Enumerable.Range(0, 1_000).Select(i => Produce($"customer {i}", "hello")).ToList();
        foreach (var moved in records.Where((_, i) => i % 2 == 1))
            moved.Key = "customer 0"u8.ToArray();
        foreach (var record in records)
            _checkKey.Deserialize(record.Key, false, Context(record, MessageComponentType.Key));

        var opened = records.ConvertAll(record => record.Consume(new VerifyingDeserializer<string?>(Deserializers.Utf8!, _channel.Protector)));

        Assert.That(
            opened.Select(value => value.Failure?.Reason),
            Is.EqualTo(records.Select((_, i) => i % 2 == 1 ? FailureReason.RecordKeyMismatch : null as FailureReason?)));
        Assert.That(opened.Where((_, i) => i % 2 == 0).Select(value => value.Origin!.KeyBinding), Is.All.EqualTo(RecordKeyBinding.Matches));
    }

    [Test]
    public void A_value_that_is_read_again_after_a_failure_is_compared_again()
    {
        var record = Produce("customer 7", "hello");
        record.Key = "customer 8"u8.ToArray();
        _checkKey.Deserialize(record.Key, false, Context(record, MessageComponentType.Key));

        for (var attempt = 0; attempt < 3; attempt++)
            Assert.That(() => record.Consume(_decrypt), Refuses(FailureReason.RecordKeyMismatch), $"attempt {attempt}");
    }

    private static EqualConstraint<FailureReason> Refuses(FailureReason reason) =>
        Throws.TypeOf<MessageOpenException>().With.Property("Reason").EqualTo(reason);

    private static SerializationContext Context(TestRecord record, MessageComponentType component) => new(component, record.Topic, record.Headers);

    private static void OnAnotherThread(Action work)
    {
        var thread = new Thread(() => work());
        thread.Start();
        thread.Join();
    }

    private TestRecord Produce(string? key, string? value) => TestRecord.Produce(_bind, key, _encrypt, value);

    private sealed class Failing : ISerializer<string?>
    {
        public byte[] Serialize(string? data, SerializationContext context) => throw new InvalidOperationException();
    }

    private sealed class Interrupted(Action work) : ISerializer<string?>
    {
        public byte[] Serialize(string? data, SerializationContext context)
        {
            work();
            return Serializers.Utf8.Serialize(data, context);
        }
    }

    /// <summary>Ends on another thread than it began on, as a serializer that asks a schema registry.</summary>
    private sealed class ElsewhereSerializer : IAsyncSerializer<string?>
    {
        public async Task<byte[]> SerializeAsync(string? data, SerializationContext context)
        {
            await Task.Yield();
            return Serializers.Utf8.Serialize(data!, context);
        }
    }

    private sealed class WrappingSerializer(IAsyncSerializer<string?> inner) : IAsyncSerializer<string?>
    {
        public async Task<byte[]> SerializeAsync(string? data, SerializationContext context) => await inner.SerializeAsync(data, context);
    }

    private sealed class FailingSerializer : IAsyncSerializer<string?>
    {
        public async Task<byte[]> SerializeAsync(string? data, SerializationContext context)
        {
            await Task.Yield();
            throw new InvalidOperationException("no schema");
        }
    }
}

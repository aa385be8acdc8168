using Confluent.Kafka;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Serialization;

/// <summary>A consumer's loop over Kafka that takes many records at a time: signed ones are opened on all cores, others as they come.</summary>
[TestFixture(MessageAuthentication.Signature)]
[TestFixture(MessageAuthentication.Shared)]
public partial class ConsumeDecryptedBatchTests(MessageAuthentication authentication)
{
    private const string Topic = TestChannel.Topic;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly List<string> _calls = [];
    private EmbeddedCluster _cluster = null!;
    private TestChannel _channel = null!;
    private TestSession _late = null!;
    private OutboundSession _sendingLate = null!;

    private bool IsSigned => authentication == MessageAuthentication.Signature;

    [SetUp]
    public void SetUp()
    {
        _calls.Clear();
        _cluster = EmbeddedCluster.Start();
        _cluster.CreateTopic(Topic, 2);
        _channel = new TestChannel(authentication);

        // Announced, and its key is not here.
        _late = _channel.Producer.Session(Topic, authentication);
        _sendingLate = _channel.Send(_late);
        _channel.Keys.Show(_late, keys: null);
    }

    [TearDown]
    public void TearDown()
    {
        _channel.Dispose();
        _cluster.Dispose();
    }

    [Test]
    public void Records_come_in_order_and_signed_ones_are_opened_after_all_were_consumed()
    {
        Send(0, Sealed("a"), Sealed("b"), Sealed("c"));
        using var consumer = NewConsumer(Decrypting(), 0);

        var read = WholeBatch(consumer, 3);

        Assert.Multiple(() =>
        {
            Assert.That(read, Is.EqualTo(["a", "b", "c"]));
            Assert.That(string.Concat(_calls), Is.EqualTo(IsSigned ? "kkkabc" : "kakbkc"), "keys are read while a record is consumed");
        });
    }

    [Test]
    public void A_batch_has_no_more_records_than_asked_for()
    {
        Send(0, [.. Enumerable.Range(0, 10).Select(i => Sealed($"{i}"))]);
        using var consumer = NewConsumer(Decrypting(), 0);
        List<int> sizes = [];
        for (var read = 0; read < 10; read += sizes[^1])
            sizes.Add(consumer.ConsumeDecryptedBatch(4, Patience).Count);

        Assert.That(sizes, Is.All.InRange(1, 4));
        Assert.That(consumer.ConsumeDecryptedBatch(4, TimeSpan.Zero), Is.Empty);
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_call_stores_the_offsets_of_the_batch_before_it_unless_told_otherwise(bool storeOffsets)
    {
        Send(0, Sealed("a"), Sealed("b"));
        Send(1, Sealed("c"));
        using var consumer = NewConsumer(Decrypting(), 0, 1);
        List<string> read = [];
        while (read.Count < 3)
        {
            read.AddRange(consumer.ConsumeDecryptedBatch(10, Patience, storeOffsets).Select(record => record.Message.Value!));
            if (read.Count == 3)
                Assert.That(Stored(consumer), Is.Not.EqualTo(new[] { 2, 1 }), "they may not be processed yet");
        }

        consumer.ConsumeDecryptedBatch(10, TimeSpan.Zero, storeOffsets);
        Assert.That(Stored(consumer), Is.EqualTo(storeOffsets ? [2, 1] : Array.Empty<long>()));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_record_whose_key_is_late_comes_in_its_turn_while_other_partitions_go_on(bool verifies)
    {
        Send(0, Sealed("a"), Late("b"), Sealed("c"), Late("d"));
        Send(1, Sealed("x"), Sealed("y"));
        var read = verifies
            ? Read(new VerifyingDeserializer<string?>(Inner(), _channel.Protector), value => value.Value!)
            : Read(Decrypting(), value => value!);

        Assert.Multiple(() =>
        {
            Assert.That(read.Take(3), Is.EquivalentTo(["a", "x", "y"]), "while the key is late");
            Assert.That(read.Skip(3), Is.EqualTo(["b", "c", "d"]));
        });

        List<string> Read<T>(IDeserializer<T> deserializer, Func<T, string> textOf)
        {
            using var consumer = NewConsumer(deserializer, 0, 1);
            List<string> values = [];
            while (values.Count < 6)
            {
                values.AddRange(consumer.ConsumeDecryptedBatch(10, TimeSpan.FromMilliseconds(200)).Select(record => textOf(record.Message.Value)));
                if (values.Count == 3 && _channel.Keys.Current.Sessions[_late.Statement.Id].Keys is null && _channel.Waits.Count == 1)
                {
                    consumer.ConsumeDecryptedBatch(10, TimeSpan.Zero);
                    Assert.That(Stored(consumer), Does.Contain(1L).And.Contain(2L), "what lies before the record that waits, and no more");
                    _channel.Keys.Show(_late, _channel.Receive(_late));
                    _channel.Keys.Changed();
                }
            }

            consumer.Close();
            return values;
        }
    }

    [Test]
    public void One_search_goes_on_for_a_partition_however_many_of_its_records_lack_a_key()
    {
        Send(0, [.. Enumerable.Range(0, 20).Select(i => Late($"{i}"))]);
        using var consumer = NewConsumer(Decrypting(), 0);
        while (_channel.Waits.Count == 0)
            Assert.That(consumer.ConsumeDecryptedBatch(20, TimeSpan.FromMilliseconds(100)), Is.Empty);
        Assert.That(consumer.ConsumeDecryptedBatch(20, TimeSpan.FromMilliseconds(300)), Is.Empty);

        Assert.That(_channel.Waits.Count, Is.EqualTo(1));
    }

    [Test]
    public void A_record_that_is_refused_is_thrown_after_what_came_before_it_with_the_record_as_Kafka_has_it()
    {
        var forged = Forged("b");
        Send(0, Sealed("a"), forged, Sealed("c"));
        using var consumer = NewConsumer(Decrypting(), 0);
        List<string?> before = [];
        ConsumeException? refused = null;
        while (refused is null)
        {
            try
            {
                before.AddRange(consumer.ConsumeDecryptedBatch(3, Patience).Select(record => record.Message.Value));
            }
            catch (ConsumeException e)
            {
                refused = e;
            }
        }

        Assert.Multiple(() =>
        {
            Assert.That(before, Is.EqualTo(["a"]));
            Assert.That(refused.GetOpenFailure()!.Reason, Is.EqualTo(_channel.Altered));
            Assert.That(refused.ConsumerRecord.Offset.Value, Is.EqualTo(1));
            Assert.That(refused.ConsumerRecord.Message.Key, Is.EqualTo("key"u8.ToArray()));
            Assert.That(refused.ConsumerRecord.Message.Value, Is.EqualTo(forged));
            Assert.That(Stored(consumer), Is.EqualTo([1]), "what lies before it");
            Assert.That(ReadBatches(consumer, 1), Is.EqualTo(["c"]));
            Assert.That(_channel.Refusals.ToList().Single().Count, Is.EqualTo(1));
        });
        consumer.ConsumeDecryptedBatch(1, TimeSpan.Zero);
        Assert.That(Stored(consumer), Is.EqualTo([3]));
    }

    [Test]
    public void A_forger_does_not_have_a_consumer_read_again_for_each_of_the_records_that_it_refuses()
    {
        const int Count = 20;
        Send(0, [.. Enumerable.Range(0, Count).Select(i => Forged($"{i}"))]);
        using var consumer = NewConsumer(Decrypting(), 0);
        for (var refused = 0; refused < Count; refused++)
            Assert.That(() => ReadBatches(consumer, 1, max: Count), Throws.TypeOf<ConsumeException>());

        Assert.That(_calls, Has.Count.InRange(Count, 2 * Count), "as many keys were read");
    }

    [Test]
    public void With_DecryptVerified_a_record_that_is_refused_is_a_value_in_its_batch()
    {
        Send(0, Sealed("a"), Forged("b"), Sealed("c"));
        using var consumer = NewConsumer(new VerifyingDeserializer<string?>(Inner(), _channel.Protector), 0);
        List<ConsumeResult<string, Verified<string?>>> read = [];
        while (read.Count < 3)
            read.AddRange(consumer.ConsumeDecryptedBatch(3 - read.Count, Patience));

        Assert.Multiple(() =>
        {
            Assert.That(read.Select(record => record.Message.Value.Failure?.Reason), Is.EqualTo(new FailureReason?[] { null, _channel.Altered, null }));
            Assert.That(read[2].Message.Value.Origin!.Producer, Is.EqualTo(_channel.Producer.Identifier));
            Assert.That(_channel.Refusals.ToList().Single().Count, Is.EqualTo(1));
        });
    }

    [TestCase(true)]
    [TestCase(false)]
    public void The_record_key_is_compared_in_a_batch_too(bool bindsKeys)
    {
        var hash = RecordKeyHash.Of("key"u8, isNull: false);
        Send(0, _channel.Protector.Protect("mine"u8, new MessageContext(Topic, recordKeyHash: hash)));
        Send(0, _channel.Protector.Protect("moved"u8, new MessageContext(Topic, recordKeyHash: new byte[32])));
        var keys = bindsKeys ? new KeyBindingDeserializer<byte[]>(Deserializers.ByteArray, _channel.Protector) : Deserializers.ByteArray;
        using var consumer = NewConsumer(keys, new VerifyingDeserializer<string?>(Inner(), _channel.Protector), 0);
        List<ConsumeResult<byte[], Verified<string?>>> read = [];
        while (read.Count < 2)
            read.AddRange(consumer.ConsumeDecryptedBatch(2, Patience));

        Assert.Multiple(() =>
        {
            Assert.That(read[0].Message.Value.Origin!.KeyBinding, Is.EqualTo(RecordKeyBinding.Matches));
            Assert.That(read[1].Message.Value.Failure!.Reason, Is.EqualTo(FailureReason.RecordKeyMismatch));
            Assert.That(read[1].Message.Key, Is.Null, "a key that was refused");
        });
    }

    [Test]
    public void A_record_that_has_waited_for_as_long_as_it_may_is_handed_over_as_a_failure_and_the_next_one_comes()
    {
        Send(0, Sealed("unavailable"), Sealed("next"));
        var rules = new OpeningRules(GiveUpAfter: TimeSpan.FromSeconds(1.5));
        using var consumer = NewConsumer(new DecryptingDeserializer<string?>(Inner(), _channel.Protector.With(rules)), 0);

        Assert.That(
            Assert.Throws<ConsumeException>(() => ReadBatches(consumer, 1))!.GetOpenFailure()!.Reason,
            Is.EqualTo(FailureReason.InnerSerializerUnavailable));
        Assert.That(ReadBatches(consumer, 1), Is.EqualTo(["next"]));
    }

    [Test]
    public void A_deserializer_around_ours_sees_no_value_that_is_not_opened()
    {
        Send(0, Sealed("a"), Sealed("b"));
        using var consumer = NewConsumer(new Loud(Decrypting()), 0);

        Assert.That(WholeBatch(consumer, 2), Is.EqualTo(["A", "B"]));
    }

    [Test]
    public void A_batch_has_nothing_of_a_partition_that_was_taken_away_while_it_was_consumed()
    {
        Send(0, Sealed("a"), Sealed("b"));
        Send(1, Sealed("x"), Sealed("y"));
        using var inner = NewConsumer(Decrypting(), 0, 1);
        var consumer = ShrinkingConsumer.Over(inner, new TopicPartition(Topic, 1));
        var shrinking = (ShrinkingConsumer)(object)consumer;
        IReadOnlyList<ConsumeResult<string, string?>> batch;
        while (true)
        {
            shrinking.Consumed = 0;
            batch = consumer.ConsumeDecryptedBatch(4, Patience);
            if (shrinking.Consumed == 4)
                break;
            foreach (var partition in inner.Assignment)
                inner.Seek(new TopicPartitionOffset(partition, 0));
        }

        Assert.That(batch.Select(record => record.Message.Value), Is.EqualTo(["x", "y"]));
    }

    [Test]
    public void A_batch_of_one_record_has_nothing_of_a_partition_that_was_taken_away_either()
    {
        Send(0, Sealed("a"));
        using var inner = NewConsumer(Decrypting(), 0);
        var consumer = ShrinkingConsumer.Over(inner, new TopicPartition(Topic, 1));
        var shrinking = (ShrinkingConsumer)(object)consumer;
        List<string?> read = [];
        while (shrinking.Consumed == 0)
            read.AddRange(consumer.ConsumeDecryptedBatch(4, TimeSpan.FromMilliseconds(100)).Select(record => record.Message.Value));

        Assert.That(read, Is.Empty);
    }

    [Test]
    public void A_batch_has_no_record_twice_of_a_partition_that_was_taken_away_and_given_back_while_it_was_consumed()
    {
        Send(0, Sealed("a"), Sealed("b"), Sealed("c"));
        using var inner = NewConsumer(Decrypting(), 0);
        var consumer = ReturningConsumer.Over(inner, new TopicPartitionOffset(Topic, 0, 0));

        var batch = consumer.ConsumeDecryptedBatch(5, Patience);

        Assert.That(batch.Select(record => record.Message.Value), Is.EqualTo(["a", "b", "c"]));
    }

    [Test]
    public void Another_consumer_with_the_same_deserializer_gets_its_own_value_inside_of_a_handler([Values] bool isDecrypted)
    {
        Send(0, Sealed("a"));
        Send(1, Sealed("x"));
        var values = Decrypting();
        using var other = NewConsumer(values, 1);
        string? inHandler = null;
        var hasRun = false;
        using var consumer = NewConsumer(new NestedKeys(Handle), values, 0);

        // A plain Consume inside of a handler cannot be told from our own. It is said, and nothing is lost or mixed up.
        if (IsSigned && !isDecrypted)
            Assert.That(() => ReadBatches(consumer, 1), Throws.TypeOf<EndToEndKafkaException>().With.Property("Reason").EqualTo(FailureReason.OptionsInvalid));
        else
            Assert.That(Read(), Is.EqualTo((new List<string?> { "a" }, "x")));
        Assert.That(Stored(consumer), Is.Empty);
        if (IsSigned && !isDecrypted)
            Assert.That(ReadBatches(consumer, 1), Is.EqualTo(["a"]));

        (List<string?>, string?) Read() => (ReadBatches(consumer, 1), inHandler);

        void Handle()
        {
            if (hasRun)
                return;

            hasRun = true;
            inHandler = (isDecrypted ? other.ConsumeDecrypted(Patience) : other.Consume(Patience))!.Message.Value;
        }
    }

    [Test]
    public async Task A_plain_loop_of_another_consumer_waits_for_a_key_inside_of_a_handler([Values] bool isBatch)
    {
        Send(0, Sealed("a"));
        Send(1, Late("x"));
        var protector = new MessageProtector(_channel.Keys, _channel.Clock, _channel.Aliases, _channel.Waits, _channel.Counts, new OpeningRules());
        using var other = NewConsumer(new DecryptingDeserializer<string?>(Inner(), protector), 1);
        string? inHandler = null;
        using var consumer = NewConsumer(new NestedKeys(() => inHandler ??= other.Consume(Patience)!.Message.Value), Decrypting(), 0);

        // The key comes while a thread is blocked for it.
        var showing = Task.Run(() =>
        {
            SpinWait.SpinUntil(() => _channel.Waits.Count > 0, Patience);
            _channel.Keys.Show(_late, _channel.Receive(_late));
            _channel.Keys.Changed();
        });
        var read = isBatch ? ReadBatches(consumer, 1) : [consumer.ConsumeDecrypted(Patience)!.Message.Value];

        await showing;
        Assert.That((read, inHandler), Is.EqualTo((new List<string?> { "a" }, "x")));
    }

    [Test]
    public void Who_ends_the_wait_has_the_offsets_of_the_batch_before_stored()
    {
        Send(0, Sealed("a"));
        using var consumer = NewConsumer(Decrypting(), 0);
        Assert.That(ReadBatches(consumer, 1), Is.EqualTo(["a"]));

        Assert.That(() => consumer.ConsumeDecryptedBatch(1, Patience, cancellationToken: new CancellationToken(canceled: true)), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Stored(consumer), Is.EqualTo([1]));
    }

    [Test]
    public void A_batch_has_at_least_one_record_and_waits_for_the_first_alone()
    {
        using var consumer = NewConsumer(Decrypting(), 0);

        Assert.That(() => consumer.ConsumeDecryptedBatch(0, TimeSpan.Zero), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(() => consumer.ConsumeDecryptedBatch(1, TimeSpan.FromSeconds(-1)), Throws.TypeOf<ArgumentOutOfRangeException>());
        Assert.That(consumer.ConsumeDecryptedBatch(1, TimeSpan.Zero), Is.Empty);
    }
}

using System.Reflection;
using System.Text;
using Confluent.Kafka;

namespace E2EKafka.Client.Tests.Serialization;

/// <summary>A consumer's loop over Kafka: what was only early is read again, and what is refused for good is passed.</summary>
[TestFixture]
public class ConsumeDecryptedTests
{
    private const string Topic = "orders";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private EmbeddedCluster _cluster = null!;
    private Gate _gate = null!;

    [SetUp]
    public void SetUp()
    {
        _cluster = EmbeddedCluster.Start();
        _cluster.CreateTopic(Topic, 2);
        _gate = new Gate();
        using var producer = new ProducerBuilder<Null, string>(new ProducerConfig { BootstrapServers = _cluster.BootstrapServers, LingerMs = 0 }).Build();
        foreach (var (partition, value) in ((int, string)[])[(0, "early"), (0, "after early"), (1, "forged"), (1, "other")])
            producer.Produce(new TopicPartition(Topic, partition), new Message<Null, string> { Value = value });
        producer.Flush(Patience);
    }

    [TearDown]
    public void TearDown() => _cluster.Dispose();

    [Test]
    public void A_record_that_was_only_early_comes_in_its_turn_while_other_partitions_go_on()
    {
        using var consumer = NewConsumer();
        var read = new List<string>();
        while (read.Count < 4)
        {
            try
            {
                using var patience = new CancellationTokenSource(Patience);
                read.Add(consumer.ConsumeDecrypted(patience.Token).Message.Value);
            }
            catch (ConsumeException e)
            {
                read.Add(e.GetOpenFailure()!.Reason.ToString());
            }

            // The key comes when the other partition is through.
            _gate.IsOpen = read.Contains("other");
        }

        Assert.Multiple(() =>
        {
            Assert.That(read.Take(2), Is.EqualTo(new[] { "AuthenticationFailed", "other" }));
            Assert.That(read.Skip(2), Is.EqualTo(new[] { "early", "after early" }));
        });
    }

    [TestCase(1)]
    [TestCase(3)]
    public void A_record_to_which_librdkafka_does_not_go_back_at_once_comes_in_its_turn(int refusedSeeks)
    {
        using var inner = NewConsumer();
        var consumer = SeekRefusingConsumer.Over(inner, refusedSeeks);
        List<string> read = [];
        while (read.Count < 2)
        {
            try
            {
                if (consumer.ConsumeDecrypted(TimeSpan.FromMilliseconds(200)) is { } result && result.Partition.Value == 0)
                    read.Add(result.Message.Value);
            }
            catch (ConsumeException e) when (e.ConsumerRecord.Partition.Value == 1)
            {
                // The other partition's.
            }

            _gate.IsOpen = ((SeekRefusingConsumer)(object)consumer).Refused == refusedSeeks;
        }

        Assert.That(read, Is.EqualTo(new[] { "early", "after early" }));
    }

    [Test]
    public void With_a_timeout_records_come_in_the_same_order_and_then_none()
    {
        using var consumer = NewConsumer();
        var read = new List<string>();
        while (read.Count < 4)
        {
            try
            {
                if (consumer.ConsumeDecrypted(Patience) is { } result)
                    read.Add(result.Message.Value);
            }
            catch (ConsumeException e)
            {
                read.Add(e.GetOpenFailure()!.Reason.ToString());
            }

            _gate.IsOpen = read.Contains("other");
        }

        Assert.Multiple(() =>
        {
            Assert.That(read, Is.EqualTo(new[] { "AuthenticationFailed", "other", "early", "after early" }));
            Assert.That(consumer.ConsumeDecrypted(TimeSpan.Zero), Is.Null);
        });
    }

    [Test]
    public void With_a_timeout_a_record_that_is_only_early_is_none()
    {
        using var consumer = NewConsumer();
        using var patience = new CancellationTokenSource(Patience);
        var read = new List<string>();
        while (_gate.Tries < 2 && !patience.IsCancellationRequested)
        {
            try
            {
                if (consumer.ConsumeDecrypted(TimeSpan.FromMilliseconds(10)) is { } result)
                    read.Add(result.Message.Value);
            }
            catch (ConsumeException e)
            {
                read.Add(e.GetOpenFailure()!.Reason.ToString());
            }
        }

        Assert.Multiple(() =>
        {
            Assert.That(_gate.Tries, Is.EqualTo(2), "it was not read again");
            Assert.That(read, Does.Not.Contain("early").And.Not.Contain("after early"));
        });
    }

    [Test]
    public void A_record_that_is_still_early_when_the_consumer_is_closed_is_not_committed()
    {
        using (var consumer = NewConsumer())
        {
            using var patience = new CancellationTokenSource(Patience);
            _gate.WhenTried = tries =>
            {
                if (tries == 2)
                    patience.Cancel();
            };
            Assert.That(() => ReadForEver(consumer, patience.Token), Throws.InstanceOf<OperationCanceledException>());
            Assert.That(_gate.Tries, Is.EqualTo(2), "it ran out of patience");
            consumer.Close();
        }

        using var next = NewConsumer();

        Assert.That(next.Committed([new TopicPartition(Topic, 0)], Patience).Single().Offset, Is.EqualTo(Offset.Unset));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void A_call_stores_the_offset_of_the_record_before_it_unless_told_otherwise(bool storeOffsets)
    {
        _gate.IsOpen = true;
        using var consumer = NewConsumer();
        consumer.Unsubscribe();
        consumer.Assign(new TopicPartitionOffset(Topic, 0, 0));
        Assert.That(consumer.ConsumeDecrypted(Patience, storeOffsets)!.Message.Value, Is.EqualTo("early"));
        Assert.That(Stored(), Is.Null, "it may not be processed yet");

        consumer.ConsumeDecrypted(TimeSpan.Zero, storeOffsets);
        Assert.That(Stored(), Is.EqualTo(storeOffsets ? 1 : null));

        long? Stored()
        {
            try
            {
                return consumer.Commit().Single().Offset.Value;
            }
            catch (KafkaException e) when (e.Error.Code == ErrorCode.Local_NoOffset)
            {
                return null;
            }
        }
    }

    [Test]
    public void What_a_removed_member_cannot_open_stays_for_the_next_consumer_of_the_group()
    {
        _gate.Failure = new OpenFailure(FailureReason.Revoked, "removed") { IsOfMember = true };
        using var consumer = NewConsumer();
        consumer.Unsubscribe();
        consumer.Assign(new TopicPartitionOffset(Topic, 0, 0));
        Assert.That(() => consumer.ConsumeDecrypted(Patience), Throws.TypeOf<ConsumeException>());
        Assert.That(consumer.ConsumeDecrypted(Patience)!.Message.Value, Is.EqualTo("after early"), "as a record that is refused for another reason");
        consumer.ConsumeDecrypted(TimeSpan.Zero);

        Assert.That(() => consumer.Commit(), Throws.TypeOf<KafkaException>().With.Property("Error").Property("Code").EqualTo(ErrorCode.Local_NoOffset));
    }

    [Test]
    public void A_record_that_has_waited_for_as_long_as_it_may_is_handed_over_and_the_next_one_comes()
    {
        _gate.Failure = new OpenFailure(FailureReason.InnerSerializerUnavailable, "early") { GiveUpAfter = TimeSpan.FromSeconds(1.5) };
        using var consumer = NewConsumer();
        var read = new List<string>();
        while (read.Count < 4)
        {
            try
            {
                read.Add(consumer.ConsumeDecrypted(Patience)!.Message.Value);
            }
            catch (ConsumeException e)
            {
                read.Add(e.GetOpenFailure()!.Reason.ToString());
            }
        }

        Assert.Multiple(() =>
        {
            Assert.That(read, Is.EqualTo(new[] { "AuthenticationFailed", "other", "InnerSerializerUnavailable", "after early" }));
            Assert.That(_gate.Tries, Is.EqualTo(3), "after one second and two");
        });

        _gate.Failure = new OpenFailure(FailureReason.KeyNotYetReceived, "early") { HasGivenUp = true };
        consumer.Seek(new TopicPartitionOffset(Topic, 0, 0));
        Assert.That(Assert.Throws<ConsumeException>(() => consumer.ConsumeDecrypted(Patience))!.GetOpenFailure()!.Reason, Is.EqualTo(FailureReason.KeyNotYetReceived));
        Assert.That(consumer.ConsumeDecrypted(Patience)!.Message.Value, Is.EqualTo("after early"));
    }

    [Test]
    public void Another_cause_than_ours_has_no_open_failure() =>
        Assert.That(new ConsumeException(new ConsumeResult<byte[], byte[]>(), new Error(ErrorCode.Local_Fail)).GetOpenFailure(), Is.Null);

    private static void ReadForEver(IConsumer<Ignore, string> consumer, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                consumer.StoreOffset(consumer.ConsumeDecrypted(cancellation));
            }
            catch (ConsumeException e)
            {
                consumer.StoreOffset(new TopicPartitionOffset(e.ConsumerRecord.TopicPartition, e.ConsumerRecord.Offset + 1));
            }
        }
    }

    private IConsumer<Ignore, string> NewConsumer()
    {
        var consumer = new ConsumerBuilder<Ignore, string>(new ConsumerConfig
        {
            BootstrapServers = _cluster.BootstrapServers,
            GroupId = "readers",
            AutoOffsetReset = AutoOffsetReset.Earliest,
            EnableAutoOffsetStore = false,
            FetchWaitMaxMs = 10,
        }).SetValueDeserializer(_gate).Build();
        consumer.Subscribe(Topic);
        return consumer;
    }

    /// <summary>Refuses as a decrypting deserializer does.</summary>
    private sealed class Gate : IDeserializer<string>
    {
        public int Tries { get; private set; }

        public bool IsOpen { get; set; }

        public OpenFailure Failure { get; set; } = new(FailureReason.KeyNotYetReceived, "early");

        public Action<int> WhenTried { get; set; } = _ => { };

        public string Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
        {
            var value = Encoding.UTF8.GetString(data);
            if (value == "forged")
                throw new MessageOpenException(new OpenFailure(FailureReason.AuthenticationFailed, "forged"));
            if (value == "early" && !IsOpen)
            {
                WhenTried(++Tries);
                throw new MessageOpenException(Failure);
            }

            return value;
        }
    }

    /// <summary>A consumer that refuses to seek for a while, as librdkafka does where a partition was just given.</summary>
    public class SeekRefusingConsumer : DispatchProxy
    {
        private object _inner = null!;
        private int _left;

        public int Refused { get; private set; }

        internal static IConsumer<Ignore, string> Over(IConsumer<Ignore, string> inner, int refusals)
        {
            var proxy = Create<IConsumer<Ignore, string>, SeekRefusingConsumer>();
            ((SeekRefusingConsumer)(object)proxy)._inner = inner;
            ((SeekRefusingConsumer)(object)proxy)._left = refusals;
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == nameof(IConsumer<,>.Seek) && _left-- > 0)
            {
                Refused++;
                throw new KafkaException(ErrorCode.Local_State);
            }

            try
            {
                return targetMethod.Invoke(_inner, args);
            }
            catch (TargetInvocationException e)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(e.InnerException!);
                throw;
            }
        }
    }
}

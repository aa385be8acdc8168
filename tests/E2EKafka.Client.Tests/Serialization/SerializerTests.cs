using System.Text;
using Confluent.Kafka;
using NUnit.Framework.Constraints;

namespace E2EKafka.Client.Tests.Serialization;

/// <summary>What wrapped serializers do with records of every shape.</summary>
[TestFixture(MessageAuthentication.Signature)]
[TestFixture(MessageAuthentication.Shared)]
public class SerializerTests(MessageAuthentication authentication)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private TestChannel _channel = null!;
    private EncryptingSerializer<string?> _encrypt = null!;
    private DecryptingDeserializer<string?> _decrypt = null!;
    private VerifyingDeserializer<string?> _decryptVerified = null!;

    [SetUp]
    public void SetUp()
    {
        _channel = new TestChannel(authentication);
        _encrypt = new EncryptingSerializer<string?>(Serializers.Utf8!, _channel.Protector);
        _decrypt = new DecryptingDeserializer<string?>(Deserializers.Utf8!, _channel.Protector);
        _decryptVerified = new VerifyingDeserializer<string?>(Deserializers.Utf8!, _channel.Protector);
    }

    [TearDown]
    public void TearDown() => _channel.Dispose();

    [TestCase("")]
    [TestCase("hello")]
    public void A_value_comes_back(string value)
    {
        var record = TestRecord.Produce(_encrypt, value);

        Assert.Multiple(() =>
        {
            Assert.That(Encoding.UTF8.GetString(record.Value!), Does.Not.Contain("hello"));
            Assert.That(record.Headers, Is.Empty, "nothing is added to a record that needs nothing");
            Assert.That(record.Consume(_decrypt), Is.EqualTo(value));
        });
    }

    [Test]
    public void A_large_value_comes_back()
    {
        var large = new string('x', 3_000_000);

        Assert.That(TestRecord.Produce(_encrypt, large).Consume(_decrypt), Is.EqualTo(large));
    }

    [Test]
    public void A_verified_value_says_who_sent_it()
    {
        var value = TestRecord.Produce(_encrypt, "hello").Consume(_decryptVerified);

        Assert.Multiple(() =>
        {
            Assert.That(value.IsVerified);
            Assert.That(value.Value, Is.EqualTo("hello"));
            Assert.That(value.Failure, Is.Null);
            Assert.That(value.Origin!.Producer, Is.EqualTo(_channel.Producer.Identifier));
            Assert.That(value.Origin!.ProvenBy, Is.EqualTo(_channel.IsSigned ? MessageProof.Signature : MessageProof.SharedKey));
        });
    }

    [Test]
    public void An_array_that_the_application_still_owns_is_not_touched()
    {
        byte[] owned = [1, 2, 3, 4];
        var encrypt = new EncryptingSerializer<byte[]>(Serializers.ByteArray, _channel.Protector);
        var first = TestRecord.Produce(encrypt, owned);
        var second = TestRecord.Produce(encrypt, owned);

        Assert.Multiple(() =>
        {
            Assert.That(owned, Is.EqualTo(new byte[] { 1, 2, 3, 4 }));
            Assert.That(first.Value, Is.Not.SameAs(owned));
            Assert.That(second.Consume(new DecryptingDeserializer<byte[]>(Deserializers.ByteArray, _channel.Protector)), Is.EqualTo(owned));
        });
    }

    [Test]
    public void The_headers_of_the_application_are_left_alone()
    {
        var record = TestRecord.Produce(_encrypt, "hello", new Headers { { "trace", [7] }, { "trace", [8] } });

        Assert.That(record.Headers.Select(header => (header.Key, header.GetValueBytes()[0])), Is.EqualTo(new[] { ("trace", (byte)7), ("trace", (byte)8) }));
    }

    // Null values

    [Test]
    public void A_null_becomes_a_null_that_its_producer_vouches_for()
    {
        var record = TestRecord.Produce(_encrypt, null);
        var value = record.Consume(_decryptVerified);

        Assert.Multiple(() =>
        {
            Assert.That(record.Value, Is.Null, "or compaction would not work");
            Assert.That(record.Headers.Select(header => header.Key), Is.EqualTo(new[] { "e2ekafka-tombstone" }));
            Assert.That(record.Consume(_decrypt), Is.Null);
            Assert.That(value.Value, Is.Null);
            Assert.That(value.IsVerified);
            Assert.That(value.Origin!.Producer, Is.EqualTo(_channel.Producer.Identifier));
        });
    }

    [Test]
    public void The_inner_deserializer_gets_null_for_a_null()
    {
        var inner = new SpyDeserializer();
        TestRecord.Produce(_encrypt, null).Consume(new DecryptingDeserializer<byte[]?>(inner, _channel.Protector));
        TestRecord.Produce(_encrypt, "").Consume(new DecryptingDeserializer<byte[]?>(inner, _channel.Protector));

        Assert.That(inner.Seen, Is.EqualTo(new[] { null, Array.Empty<byte>() }));
    }

    [Test]
    public void A_null_without_a_tombstone_is_refused()
    {
        var record = TestRecord.Produce(_encrypt, "hello");
        record.Value = null;

        AssertRefused(record, FailureReason.TombstoneNotAuthenticated);
    }

    [Test]
    public void A_null_without_a_tombstone_passes_where_the_topic_allows_it()
    {
        _channel.Demand(new TopicRequirements { Topic = TestChannel.Topic, Authentication = authentication, AllowBareTombstones = true });
        var value = new TestRecord().Consume(_decryptVerified);

        Assert.Multiple(() =>
        {
            Assert.That(value.Value, Is.Null);
            Assert.That(value.IsVerified, Is.False);
            Assert.That(value.Origin!.ProvenBy, Is.EqualTo(MessageProof.None));
        });
    }

    [Test]
    public void Where_the_topic_allows_any_null_a_false_tombstone_is_still_refused()
    {
        _channel.Demand(new TopicRequirements { Topic = TestChannel.Topic, Authentication = authentication, AllowBareTombstones = true });
        var record = TestRecord.Produce(_encrypt, null);
        record.Headers.GetLastBytes(RecordHeaders.Tombstone)[^1] ^= 1;

        AssertRefused(record, _channel.Altered);
    }

    [Test]
    public void A_tombstone_header_of_anything_is_refused()
    {
        foreach (var (content, reason) in ((byte[], FailureReason)[])[([], FailureReason.NotEncrypted), ([0xFE], FailureReason.Truncated), ([1, 2, 3], FailureReason.NotEncrypted)])
            AssertRefused(new TestRecord { Headers = new Headers { { RecordHeaders.Tombstone, content } } }, reason);
        AssertRefused(new TestRecord { Headers = new Headers { { RecordHeaders.Tombstone, null } } }, FailureReason.TombstoneNotAuthenticated);
    }

    // Records that are produced again, with the headers that they came with

    [Test]
    public void A_value_in_place_of_a_null_is_a_value_and_leaves_the_headers_alone()
    {
        var record = TestRecord.Produce(_encrypt, "again", TestRecord.Produce(_encrypt, null).Headers);

        Assert.Multiple(() =>
        {
            Assert.That(record.Headers, Has.Count.EqualTo(1), "another message may be using the same headers");
            Assert.That(record.Consume(_decrypt), Is.EqualTo("again"));
        });
    }

    [Test]
    public void A_null_in_place_of_a_null_has_one_tombstone()
    {
        var first = TestRecord.Produce(_encrypt, null);
        var old = first.Headers.GetLastBytes(RecordHeaders.Tombstone);
        var record = TestRecord.Produce(_encrypt, null, first.Headers);

        Assert.Multiple(() =>
        {
            Assert.That(record.Headers, Has.Count.EqualTo(1));
            Assert.That(record.Headers[0].GetValueBytes(), Is.Not.EqualTo(old));
            Assert.That(record.Consume(_decrypt), Is.Null);
        });
    }

    [Test]
    public void A_tombstone_replaces_whatever_has_its_headers_name()
    {
        var record = TestRecord.Produce(_encrypt, null, new Headers { { RecordHeaders.Tombstone, [1] }, { "trace", [7] }, { RecordHeaders.Tombstone, null } });

        Assert.Multiple(() =>
        {
            Assert.That(record.Headers.Select(header => header.Key), Is.EqualTo(new[] { "trace", RecordHeaders.Tombstone }));
            Assert.That(record.Consume(_decrypt), Is.Null);
        });
    }

    [Test]
    public void Two_nulls_at_the_same_time_with_one_Headers_object_are_refused_and_one_after_the_other_not()
    {
        var headers = new Headers();
        var context = new SerializationContext(MessageComponentType.Value, TestChannel.OtherTopic, headers);
        var refused = new List<EndToEndKafkaException?>();
        var session = _channel.AddSession(TestChannel.OtherTopic);
        _channel.Keys.WhenWaitingToSend = () =>
        {
            // The first waits for its session, and has reserved the headers.
            _channel.Keys.Send(TestChannel.OtherTopic, _channel.Send(session));
            refused.Add(Assert.Throws<EndToEndKafkaException>(() => _encrypt.Serialize(null, context)));
        };

        _encrypt.Serialize(null, context);
        var first = headers.GetLastBytes(RecordHeaders.Tombstone);
        _encrypt.Serialize(null, context);

        Assert.Multiple(() =>
        {
            Assert.That(refused.Single()!.Reason, Is.EqualTo(FailureReason.OptionsInvalid));
            Assert.That(refused.Single()!.Message, Does.Contain(TestChannel.OtherTopic).And.Contain("Headers object of its own"));
            Assert.That(headers, Has.Count.EqualTo(1));
            Assert.That(headers.GetLastBytes(RecordHeaders.Tombstone), Is.Not.EqualTo(first));
        });
    }

    [Test]
    public void Headers_are_free_again_after_a_null_that_could_not_be_sent()
    {
        var headers = new Headers();
        _channel.Sending.Retire();
        _channel.Keys.WhenWaitingToSend = () => throw new EndToEndKafkaException(FailureReason.SessionNotReady, "");
        Assert.That(() => TestRecord.Produce(_encrypt, null, headers), ThrowsReason(FailureReason.SessionNotReady));
        Assert.That(headers, Is.Empty);

        _channel.Keys.Send(TestChannel.Topic, _channel.Send(_channel.AddSession(TestChannel.Topic)));
        Assert.That(TestRecord.Produce(_encrypt, null, headers).Consume(_decrypt), Is.Null);
    }

    // Used in the wrong place

    [Test]
    public void A_records_key_is_not_encrypted()
    {
        Assert.That(
            () => _encrypt.Serialize("key", new SerializationContext(MessageComponentType.Key, TestChannel.Topic, [])),
            Throws.TypeOf<EndToEndKafkaException>().With.Property("Reason").EqualTo(FailureReason.RecordKeyNotEncryptable).And.Message.Contains("BindKey"));
    }

    [Test]
    public void A_records_key_is_not_decrypted()
    {
        var context = new SerializationContext(MessageComponentType.Key, TestChannel.Topic, []);
        Assert.Multiple(() =>
        {
            Assert.That(() => _decrypt.Deserialize([], false, context), ThrowsReason(FailureReason.RecordKeyNotEncryptable));
            Assert.That(() => _decryptVerified.Deserialize([], false, context), ThrowsReason(FailureReason.RecordKeyNotEncryptable));
        });
    }

    [TestCase(null, true)]
    [TestCase("", true)]
    [TestCase(TestChannel.Topic, false)]
    public void Without_topic_or_headers_nothing_is_encrypted_or_decrypted(string? topic, bool hasHeaders)
    {
        var context = new SerializationContext(MessageComponentType.Value, topic!, hasHeaders ? [] : null);
        var message = TestRecord.Produce(_encrypt, "hello").Value!;
        Assert.Multiple(() =>
        {
            Assert.That(() => _encrypt.Serialize("hello", context), ThrowsReason(FailureReason.RecordContextMissing));
            Assert.That(() => _decrypt.Deserialize(message, false, context), ThrowsReason(FailureReason.RecordContextMissing, "dotnet.consumer.consume.result.fields"));
            Assert.That(_decryptVerified.Deserialize(message, false, context).Failure?.Reason, Is.EqualTo(FailureReason.RecordContextMissing));
        });
    }

    // Plaintexts during a migration

    [TestCase("")]
    [TestCase("plain")]
    public void A_plaintext_is_refused(string value) => AssertRefused(new TestRecord { Value = Encoding.UTF8.GetBytes(value) }, FailureReason.NotEncrypted);

    [Test]
    public void Until_the_topics_date_a_plaintext_passes_and_is_marked()
    {
        var end = _channel.Clock.GetUtcNow() + TimeSpan.FromDays(30);
        _channel.Demand(new TopicRequirements { Topic = TestChannel.Topic, Authentication = authentication, PlaintextUntil = end });
        var plain = new TestRecord { Value = "plain"u8.ToArray() };
        var value = plain.Consume(_decryptVerified);

        Assert.Multiple(() =>
        {
            Assert.That(plain.Consume(_decrypt), Is.EqualTo("plain"));
            Assert.That(value.Value, Is.EqualTo("plain"));
            Assert.That(value.IsVerified, Is.False);
            Assert.That(value.Origin, Is.EqualTo(MessageOrigin.Plaintext));
            Assert.That(value.Origin!.ProvenBy, Is.EqualTo(MessageProof.None));
        });

        _channel.Clock.Advance(TimeSpan.FromDays(30) - TimeSpan.FromTicks(1));
        Assert.That(plain.Consume(_decrypt), Is.EqualTo("plain"));
        _channel.Clock.Advance(TimeSpan.FromTicks(1));
        AssertRefused(plain, FailureReason.NotEncrypted);
    }

    [TestCase(false)]
    [TestCase(true)]
    public void What_no_producer_vouches_for_is_let_through_only_while_the_member_is_ready(bool isNull)
    {
        _channel.Demand(new TopicRequirements
        {
            Topic = TestChannel.Topic, Authentication = authentication, PlaintextUntil = DateTimeOffset.MaxValue, AllowBareTombstones = true,
        });
        var context = new SerializationContext(MessageComponentType.Value, TestChannel.Topic, []);
        var throwing = new VerifyingDeserializer<string?>(Deserializers.Utf8!, _channel.Protector.With(new OpeningRules(MissingKey.Throw)));
        var waiting = new DecryptingDeserializer<string?>(Deserializers.Utf8!, _channel.Protector);
        Assert.That(Read().Failure, Is.Null);

        foreach (var reason in (FailureReason[])[FailureReason.ProjectOutdated, FailureReason.CredentialExpired, FailureReason.IdentityCloned])
        {
            _channel.Keys.Fail(reason);
            Assert.That(Read().Failure!.Kind, Is.EqualTo(FailureKind.Transient));
        }

        _channel.Keys.Fail(FailureReason.Revoked);
        Assert.That(Read().Failure!.Reason, Is.EqualTo(FailureReason.Revoked));

        // It waits for the newest policy, and obeys that.
        _channel.Keys.Fail(FailureReason.ProjectOutdated);
        var reading = Task.Run(() => waiting.Deserialize(isNull ? [] : "plain"u8, isNull, context));
        SpinWait.SpinUntil(() => _channel.Waits.Count == 1, Patience);
        _channel.Demand(new TopicRequirements { Topic = TestChannel.Topic, Authentication = authentication });
        _channel.Keys.Fail(null);
        _channel.Keys.Changed();
        Assert.That(() => reading.WaitAsync(Patience), Throws.TypeOf<MessageOpenException>().With.Property("Reason")
            .EqualTo(isNull ? FailureReason.TombstoneNotAuthenticated : FailureReason.NotEncrypted));

        Verified<string?> Read() => throwing.Deserialize(isNull ? [] : "plain"u8, isNull, context);
    }

    [Test]
    public void A_migration_of_one_topic_lets_nothing_through_on_another()
    {
        _channel.Demand(new TopicRequirements { Topic = "other", PlaintextUntil = DateTimeOffset.MaxValue });

        AssertRefused(new TestRecord { Value = "plain"u8.ToArray() }, FailureReason.NotEncrypted);
    }

    [Test]
    public void During_a_migration_an_altered_message_is_no_plaintext()
    {
        _channel.Demand(new TopicRequirements { Topic = TestChannel.Topic, Authentication = authentication, PlaintextUntil = DateTimeOffset.MaxValue });
        var record = TestRecord.Produce(_encrypt, "hello");
        record.Value![^1] ^= 1;

        AssertRefused(record, _channel.Altered);
        AssertRefused(new TestRecord { Value = [0xFE] }, FailureReason.Truncated);
        AssertRefused(new TestRecord { Value = [0xFE, 0x02, 1, 2, 3] }, FailureReason.UnsupportedVersion);
    }

    [Test]
    public void During_a_migration_what_is_sent_is_encrypted_all_the_same()
    {
        _channel.Demand(new TopicRequirements { Topic = TestChannel.Topic, Authentication = authentication, PlaintextUntil = DateTimeOffset.MaxValue });

        Assert.That(TestRecord.Produce(_encrypt, "hello").Consume(_decryptVerified).IsVerified);
    }

    // Topics under another name

    [Test]
    public void A_record_of_an_accepted_topic_opens_and_of_any_other_does_not()
    {
        _channel.Aliases.Add("orders.dlq", TestChannel.Topic);
        var record = TestRecord.Produce(_encrypt, "hello");

        record.Topic = "orders.dlq";
        Assert.That(record.Consume(_decrypt), Is.EqualTo("hello"));
        record.Topic = "payments.dlq";
        AssertRefused(record, FailureReason.WrongTopic);
    }

    // Asynchronous serializers

    [Test]
    public async Task A_value_and_a_null_that_were_written_asynchronously_come_back()
    {
        foreach (var encrypt in (IAsyncSerializer<string?>[])
            [
                new AsyncEncryptingSerializer<string?>(new YieldingSerializer(), _channel.Protector),
                new AsyncEncryptingSerializer<string?>(new CompletedSerializer<string?>(Serializers.Utf8!, includesInnerMessages: false), _channel.Protector),
            ])
        {
            var (value, nothing) = (new TestRecord(), new TestRecord());
            value.Value = await encrypt.SerializeAsync("hello", ContextOf(value));
            nothing.Value = await encrypt.SerializeAsync(null, ContextOf(nothing));

            Assert.Multiple(() =>
            {
                Assert.That(value.Consume(_decrypt), Is.EqualTo("hello"));
                Assert.That(nothing.Value, Is.Null);
                Assert.That(nothing.Consume(_decryptVerified).IsVerified);
            });
        }
    }

    [Test]
    public void A_records_key_is_not_encrypted_asynchronously_either()
    {
        var encrypt = new AsyncEncryptingSerializer<string?>(new YieldingSerializer(), _channel.Protector);

        Assert.That(
            () => encrypt.SerializeAsync("key", new SerializationContext(MessageComponentType.Key, TestChannel.Topic, [])),
            ThrowsReason(FailureReason.RecordKeyNotEncryptable));
    }

    [Test]
    public async Task An_asynchronous_record_is_bound_to_its_key()
    {
        var bind = new KeyBindingSerializer<string>(Serializers.Utf8);
        var encrypt = new AsyncEncryptingSerializer<string?>(new YieldingSerializer(), _channel.Protector);
        var record = new TestRecord();
        record.Key = bind.Serialize("customer 7", new SerializationContext(MessageComponentType.Key, TestChannel.Topic, record.Headers));
        record.Value = await encrypt.SerializeAsync("hello", ContextOf(record));

        var (key, value) = record.Consume(new KeyBindingDeserializer<string>(Deserializers.Utf8, _channel.Protector), _decrypt);
        Assert.That((key, value), Is.EqualTo(("customer 7", "hello")));
    }

    private static SerializationContext ContextOf(TestRecord record) => new(MessageComponentType.Value, record.Topic, record.Headers);

    private static ContainsConstraint ThrowsReason(FailureReason reason, string text = "") =>
        Throws.InstanceOf<EndToEndKafkaException>().With.Property("Reason").EqualTo(reason).And.Message.Contains(text);

    private void AssertRefused(TestRecord record, FailureReason reason)
    {
        var value = record.Consume(_decryptVerified);
        Assert.Multiple(() =>
        {
            Assert.That(() => record.Consume(_decrypt), Throws.TypeOf<MessageOpenException>().With.Property("Reason").EqualTo(reason));
            Assert.That(value.Failure?.Reason, Is.EqualTo(reason));
            Assert.That(value.IsVerified, Is.False);
            Assert.That(value.Origin, Is.Null);
            Assert.That(() => value.Value, Throws.TypeOf<MessageOpenException>());
        });
    }

    private sealed class YieldingSerializer : IAsyncSerializer<string?>
    {
        public async Task<byte[]> SerializeAsync(string? data, SerializationContext context)
        {
            await Task.Yield();
            return data is null ? null! : Encoding.UTF8.GetBytes(data);
        }
    }
}

using Confluent.Kafka;
using NUnit.Framework.Constraints;

namespace E2EKafka.Client.Tests.Serialization;

/// <summary>A record's key stays readable, and belongs to its value.</summary>
[TestFixture(MessageAuthentication.Signature)]
[TestFixture(MessageAuthentication.Shared)]
public class KeyBindingTests(MessageAuthentication authentication)
{
    private TestChannel _channel = null!;
    private KeyBindingSerializer<string?> _bind = null!;
    private KeyBindingDeserializer<string?> _checkKey = null!;
    private EncryptingSerializer<string?> _encrypt = null!;
    private DecryptingDeserializer<string?> _decrypt = null!;

    [SetUp]
    public void SetUp()
    {
        _channel = new TestChannel(authentication);
        _bind = new KeyBindingSerializer<string?>(Serializers.Utf8!);
        _checkKey = new KeyBindingDeserializer<string?>(Deserializers.Utf8!, _channel.Protector);
        _encrypt = new EncryptingSerializer<string?>(Serializers.Utf8!, _channel.Protector);
        _decrypt = new DecryptingDeserializer<string?>(Deserializers.Utf8!, _channel.Protector);
    }

    [TearDown]
    public void TearDown() => _channel.Dispose();

    [TestCase("customer 7", "hello")]
    [TestCase("", "hello")]
    [TestCase(null, "hello")]
    [TestCase("customer 7", null)]
    [TestCase(null, null)]
    public void Key_and_value_come_back_together(string? key, string? value) =>
        Assert.That(Produce(key, value).Consume(_checkKey, _decrypt), Is.EqualTo((key, value)));

    [Test]
    public void The_key_is_left_as_it_is()
    {
        var record = Produce("customer 7", "hello");

        Assert.Multiple(() =>
        {
            Assert.That(record.Key, Is.EqualTo("customer 7"u8.ToArray()));
            Assert.That(record.Headers.Select(header => header.Key), Is.EqualTo(new[] { "e2ekafka-key" }));
        });
    }

    [TestCase("customer 8")]
    [TestCase("")]
    [TestCase(null)]
    public void A_value_that_was_moved_to_another_key_is_refused(string? otherKey)
    {
        var record = Produce("customer 7", "hello");
        record.Key = Produce(otherKey, "other").Key;

        Assert.That(() => record.Consume(_checkKey, _decrypt), Refuses(FailureReason.RecordKeyMismatch));
    }

    [Test]
    public void A_value_that_was_moved_with_the_other_keys_header_is_refused()
    {
        var other = Produce("customer 8", "other");
        other.Value = Produce("customer 7", "hello").Value;

        Assert.That(() => other.Consume(_checkKey, _decrypt), Refuses(_channel.Altered));
    }

    [Test]
    public void A_tombstone_that_was_moved_to_another_key_is_refused()
    {
        var tombstone = Produce("customer 7", null);
        var other = Produce("customer 8", "other");
        other.Value = null;
        other.Headers.Add(RecordHeaders.Tombstone, tombstone.Headers.GetLastBytes(RecordHeaders.Tombstone));

        Assert.That(() => other.Consume(_checkKey, _decrypt), Refuses(_channel.Altered));
        tombstone.Key = other.Key;
        Assert.That(() => tombstone.Consume(_checkKey, _decrypt), Refuses(FailureReason.RecordKeyMismatch));
    }

    [Test]
    public void A_value_of_a_record_without_a_key_does_not_fit_one_with_an_empty_key()
    {
        var record = Produce(null, "hello");
        record.Key = [];

        Assert.That(() => record.Consume(_checkKey, _decrypt), Refuses(FailureReason.RecordKeyMismatch));
    }

    [Test]
    public void A_binding_that_was_taken_away_is_missed_by_key_and_value()
    {
        var record = Produce("customer 7", "hello");
        record.Headers.Remove(RecordHeaders.RecordKeyHash);

        Assert.That(() => record.Consume(_checkKey, _decrypt), Refuses(FailureReason.RecordKeyMismatch));
        Assert.That(() => record.Consume(_decrypt), Refuses(_channel.Altered));
    }

    [Test]
    public void A_second_binding_hides_the_first_from_nobody()
    {
        var record = Produce("customer 7", "hello");
        record.Headers.Add(RecordHeaders.RecordKeyHash, RecordHeaders.HashOf("customer 8"u8, isNull: false));
        record.Key = "customer 8"u8.ToArray();

        Assert.That(() => record.Consume(_checkKey, _decrypt), Refuses(_channel.Altered));
    }

    [Test]
    public void A_consumer_that_does_not_check_keys_reads_bound_values_too() =>
        Assert.That(Produce("customer 7", "hello").Consume(Deserializers.Utf8, _decrypt), Is.EqualTo(("customer 7", "hello")));

    [Test]
    public void A_key_that_its_producer_did_not_bind_is_refused()
    {
        var record = TestRecord.Produce(Serializers.Utf8, "customer 7", _encrypt, "hello");

        Assert.That(() => record.Consume(_checkKey, _decrypt), Refuses(FailureReason.RecordKeyMismatch));
    }

    [Test]
    public void A_record_that_is_produced_again_under_another_key_is_bound_to_that_one()
    {
        var record = TestRecord.Produce(_bind, "customer 8", _encrypt, "again", Produce("customer 7", "hello").Headers);

        Assert.Multiple(() =>
        {
            Assert.That(record.Headers, Has.Count.EqualTo(1));
            Assert.That(record.Consume(_checkKey, _decrypt), Is.EqualTo(("customer 8", "again")));
        });
    }

    [Test]
    public void A_left_over_binding_stays_true_or_is_refused()
    {
        var sameKey = TestRecord.Produce(Serializers.Utf8, "customer 7", _encrypt, "again", Produce("customer 7", "hello").Headers);
        var otherKey = TestRecord.Produce(Serializers.Utf8, "customer 8", _encrypt, "again", Produce("customer 7", "hello").Headers);

        Assert.That(sameKey.Consume(_checkKey, _decrypt), Is.EqualTo(("customer 7", "again")));
        Assert.That(() => otherKey.Consume(_checkKey, _decrypt), Refuses(FailureReason.RecordKeyMismatch));
    }

    [Test]
    public void During_a_migration_the_key_of_a_plaintext_passes_and_a_bound_value_stays_bound()
    {
        _channel.Demand(new TopicRequirements { Topic = TestChannel.Topic, Authentication = authentication, PlaintextUntil = DateTimeOffset.MaxValue });
        var plain = new TestRecord { Key = "customer 7"u8.ToArray(), Value = "plain"u8.ToArray() };
        var stripped = Produce("customer 7", "hello");
        stripped.Headers.Remove(RecordHeaders.RecordKeyHash);

        Assert.That(plain.Consume(_checkKey, _decrypt), Is.EqualTo(("customer 7", "plain")));
        Assert.That(() => stripped.Consume(_checkKey, _decrypt), Refuses(FailureReason.RecordKeyMismatch));
    }

    [Test]
    public void Where_the_topic_allows_any_null_its_key_passes_and_a_bound_value_stays_bound()
    {
        _channel.Demand(new TopicRequirements { Topic = TestChannel.Topic, Authentication = authentication, AllowBareTombstones = true });
        var bare = new TestRecord { Key = "customer 7"u8.ToArray() };
        var stripped = Produce("customer 7", "hello");
        stripped.Headers.Remove(RecordHeaders.RecordKeyHash);

        Assert.That(bare.Consume(_checkKey, _decrypt), Is.EqualTo(("customer 7", null as string)));
        Assert.That(() => stripped.Consume(_checkKey, _decrypt), Refuses(FailureReason.RecordKeyMismatch));
    }

    [TestCase(false, "hello")]
    [TestCase(true, "hello")]
    [TestCase(true, null)]
    public void Where_a_plaintext_or_a_bare_null_may_pass_the_unbound_key_of_a_message_does_not(bool nulls, string? value)
    {
        _channel.Demand(new TopicRequirements
        {
            Topic = TestChannel.Topic, Authentication = authentication, AllowBareTombstones = nulls, PlaintextUntil = nulls ? null : DateTimeOffset.MaxValue,
        });
        var record = TestRecord.Produce(Serializers.Utf8!, "customer 7", _encrypt, value);
        record.Key = "customer 8"u8.ToArray();

        Assert.That(() => record.Consume(_checkKey, _decrypt), Refuses(FailureReason.RecordKeyMismatch));
    }

    [Test]
    public void Binding_a_value_is_a_mistake_that_says_what_to_do()
    {
        Assert.That(
            () => _bind.Serialize("hello", new SerializationContext(MessageComponentType.Value, TestChannel.Topic, [])),
            Throws.TypeOf<EndToEndKafkaException>().With.Property("Reason").EqualTo(FailureReason.RecordContextMissing).And.Message.Contains("SetKeySerializer"));
    }

    [TestCase(null, true)]
    [TestCase(TestChannel.Topic, false)]
    public void Without_topic_or_headers_no_key_passes(string? topic, bool hasHeaders)
    {
        Assert.That(
            () => _checkKey.Deserialize([], false, new SerializationContext(MessageComponentType.Key, topic!, hasHeaders ? [] : null)),
            Refuses(FailureReason.RecordContextMissing));
    }

    private static EqualConstraint<FailureReason> Refuses(FailureReason reason) =>
        Throws.TypeOf<MessageOpenException>().With.Property("Reason").EqualTo(reason);

    private TestRecord Produce(string? key, string? value) => TestRecord.Produce(_bind, key, _encrypt, value);
}

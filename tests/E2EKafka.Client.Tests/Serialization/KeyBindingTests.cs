using System.Security.Cryptography;
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
            Assert.That(record.Value![22..54], Is.EqualTo(SHA256.HashData("customer 7"u8)), "the message has its hash");
            Assert.That(record.Headers, Is.Empty, "the headers are the application's");
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
    public void A_value_that_was_given_the_other_keys_hash_is_refused()
    {
        var record = Produce("customer 8", "other");
        var other = Produce("customer 7", "hello");
        record.Value!.AsSpan(22, 32).CopyTo(other.Value.AsSpan(22));
        record.Value = other.Value;

        Assert.That(() => record.Consume(_checkKey, _decrypt), Refuses(_channel.Altered));
    }

    [Test]
    public void A_tombstone_that_was_moved_to_another_key_is_refused()
    {
        var tombstone = Produce("customer 7", null);
        tombstone.Key = "customer 8"u8.ToArray();

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
    public void A_binding_that_was_taken_away_is_missed_with_and_without_the_key()
    {
        var record = Produce("customer 7", "hello");
        record.Value = [.. record.Value![..22], .. record.Value[54..]];
        record.Value[1] ^= (byte)MessageFlags.KeyBound;
        var reason = _channel.IsSigned || record.Value.Length >= 38 + "hello".Length ? _channel.Altered : FailureReason.Truncated;

        Assert.That(() => record.Consume(_checkKey, _decrypt), Refuses(reason));
        Assert.That(() => record.Consume(_decrypt), Refuses(reason));
    }

    [Test]
    public void A_reader_is_told_whether_the_key_was_bound_and_compared()
    {
        var decrypt = new VerifyingDeserializer<string?>(Deserializers.Utf8!, _channel.Protector);
        var unbound = TestRecord.Produce(Serializers.Utf8, "customer 7", _encrypt, "hello");

        Assert.Multiple(() =>
        {
            Assert.That(Produce("customer 7", "hello").Consume(_checkKey, decrypt).Value.Origin!.KeyBinding, Is.EqualTo(RecordKeyBinding.Matches));
            Assert.That(Produce("customer 7", "hello").Consume(Deserializers.Utf8, decrypt).Value.Origin!.KeyBinding, Is.EqualTo(RecordKeyBinding.NotCompared));
            Assert.That(unbound.Consume(Deserializers.Utf8, decrypt).Value.Origin!.KeyBinding, Is.EqualTo(RecordKeyBinding.NotBound));
        });
    }

    [Test]
    public void A_header_that_once_had_the_binding_says_nothing_and_stays()
    {
        var record = TestRecord.Produce(_bind, "customer 7", _encrypt, "hello", new Headers { { "e2ekafka-key", [1, 2, 3] } });

        Assert.Multiple(() =>
        {
            Assert.That(record.Consume(_checkKey, _decrypt), Is.EqualTo(("customer 7", "hello")));
            Assert.That(record.Headers, Has.Count.EqualTo(1));
        });
    }

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

        Assert.That(record.Consume(_checkKey, _decrypt), Is.EqualTo(("customer 8", "again")));
    }

    [Test]
    public void A_record_that_is_produced_again_without_BindKey_is_not_bound()
    {
        var record = TestRecord.Produce(Serializers.Utf8, "customer 8", _encrypt, "again", Produce("customer 7", "hello").Headers);

        Assert.That(record.Consume(Deserializers.Utf8, _decrypt), Is.EqualTo(("customer 8", "again")));
        Assert.That(() => record.Consume(_checkKey, _decrypt), Refuses(FailureReason.RecordKeyMismatch));
    }

    [Test]
    public void During_a_migration_the_key_of_a_plaintext_passes_and_a_bound_value_stays_bound()
    {
        _channel.Demand(new TopicRequirements { Topic = TestChannel.Topic, Authentication = authentication, PlaintextUntil = DateTimeOffset.MaxValue });
        var plain = new TestRecord { Key = "customer 7"u8.ToArray(), Value = "plain"u8.ToArray() };
        var moved = Produce("customer 7", "hello");
        moved.Key = "customer 8"u8.ToArray();

        Assert.That(plain.Consume(_checkKey, _decrypt), Is.EqualTo(("customer 7", "plain")));
        Assert.That(() => moved.Consume(_checkKey, _decrypt), Refuses(FailureReason.RecordKeyMismatch));
    }

    [Test]
    public void Where_the_topic_allows_any_null_its_key_passes_and_a_bound_value_stays_bound()
    {
        _channel.Demand(new TopicRequirements { Topic = TestChannel.Topic, Authentication = authentication, AllowBareTombstones = true });
        var bare = new TestRecord { Key = "customer 7"u8.ToArray() };
        var moved = Produce("customer 7", "hello");
        moved.Key = "customer 8"u8.ToArray();

        Assert.That(bare.Consume(_checkKey, _decrypt), Is.EqualTo(("customer 7", null as string)));
        Assert.That(() => moved.Consume(_checkKey, _decrypt), Refuses(FailureReason.RecordKeyMismatch));
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

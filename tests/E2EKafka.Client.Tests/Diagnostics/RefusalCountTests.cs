using Confluent.Kafka;
using E2EKafka.Client.Tests.Serialization;

namespace E2EKafka.Client.Tests.Diagnostics;

/// <summary>Consumers report how many messages they refuse, and whose.</summary>
[TestFixture]
public class RefusalCountTests
{
    private const string Topic = TestChannel.Topic;

    private TestChannel _channel = null!;

    [SetUp]
    public void SetUp() => _channel = new TestChannel();

    [TearDown]
    public void TearDown() => _channel.Dispose();

    [Test]
    public void An_altered_message_counts_for_the_producer_that_its_session_names()
    {
        var message = _channel.Protector.Protect("hello"u8, new MessageContext(Topic));
        message[^1] ^= 1;
        OpenFailure? failure = null;
        for (var i = 0; i < 3; i++)
            failure = Assert.Throws<MessageOpenException>(
            () => _channel.Protector.With(new OpeningRules(MissingKey.Throw)).Open(message, new MessageContext(Topic)))!.Failure;

        Assert.Multiple(() =>
        {
            Assert.That(failure!.Producer, Is.EqualTo(_channel.Producer.Identifier));
            Assert.That(_channel.Refusals.ToList(), Is.EqualTo(new[]
            {
                new RefusedMessages(Topic, _channel.Producer.Identifier, FailureReason.SignatureInvalid, 3),
            }));
        });
    }

    [Test]
    public void What_no_announced_session_names_counts_for_nobody()
    {
        Assert.Throws<MessageOpenException>(() => _channel.Protector.Open("plain"u8, new MessageContext(Topic)));

        Assert.That(_channel.Refusals.ToList(), Is.EqualTo(new[] { new RefusedMessages(Topic, "", FailureReason.NotEncrypted, 1) }));
    }

    [Test]
    public void Deserializers_count_once_whether_they_throw_or_tell()
    {
        var record = TestRecord.Produce(new EncryptingSerializer<string>(Serializers.Utf8, _channel.Protector), "hello");
        record.Value![^1] ^= 1;
        Assert.Throws<MessageOpenException>(() => record.Consume(new DecryptingDeserializer<string>(Deserializers.Utf8, _channel.Protector)));
        var told = record.Consume(new VerifyingDeserializer<string>(Deserializers.Utf8, _channel.Protector.With(new OpeningRules())));

        Assert.Multiple(() =>
        {
            Assert.That(told.Failure!.Producer, Is.EqualTo(_channel.Producer.Identifier));
            Assert.That(_channel.Refusals.ToList().Single().Count, Is.EqualTo(2));
        });
    }

    [Test]
    public void A_message_that_is_only_early_is_not_refused()
    {
        var message = _channel.Protector.Protect("hello"u8, new MessageContext(Topic));
        _channel.Keys.Show(_channel.Session, keys: null);
        var failure = Assert.Throws<MessageOpenException>(
            () => _channel.Protector.With(new OpeningRules(MissingKey.Throw)).Open(message, new MessageContext(Topic)))!.Failure;

        Assert.Multiple(() =>
        {
            Assert.That(failure.Kind, Is.EqualTo(FailureKind.Transient));
            Assert.That(failure.Producer, Is.EqualTo(_channel.Producer.Identifier));
            Assert.That(_channel.Refusals.ToList(), Is.Empty);
        });
    }
}

using Confluent.Kafka;
using E2EKafka.Client.Tests.Serialization;

namespace E2EKafka.Client.Tests.Diagnostics;

/// <summary>What is sent and read is counted, by topic, whatever becomes of its session.</summary>
[TestFixture]
public class MessageCountTests
{
    private const string Topic = TestChannel.Topic;

    private TestChannel _channel = null!;

    private IEnumerable<(string, long, long)> Protected => _channel.Counts.Protected.All.Select(count => (count.Topic, count.Messages, count.Bytes));

    private IEnumerable<(string, long, long)> Opened => _channel.Counts.Opened.All.Select(count => (count.Topic, count.Messages, count.Bytes));

    [SetUp]
    public void SetUp() => _channel = new TestChannel();

    [TearDown]
    public void TearDown() => _channel.Dispose();

    [Test]
    public async Task Each_way_to_send_and_to_open_counts_once()
    {
        var place = new MessageContext(Topic);
        var message = _channel.Protector.Protect("hello"u8, place);
        await _channel.Protector.ProtectAsync("hello"u8.ToArray(), place);
        _channel.Protector.ProtectBatch([new("hello"u8.ToArray(), place), new("hello"u8.ToArray(), place)]);
        var record = TestRecord.Produce(new EncryptingSerializer<string>(Serializers.Utf8, _channel.Protector), "hello");
        _channel.Protector.Open(message, place);
        await _channel.Protector.OpenAsync(message, place);
        _channel.Protector.OpenBatch([new(message, place)]);
        record.Consume(new DecryptingDeserializer<string>(Deserializers.Utf8, _channel.Protector));
        record.Consume(new VerifyingDeserializer<byte[]>(Deserializers.ByteArray, _channel.Protector));

        Assert.Multiple(() =>
        {
            Assert.That(Protected, Is.EqualTo(new[] { (Topic, 5, 25) }));
            Assert.That(Opened, Is.EqualTo(new[] { (Topic, 5, 25) }));
        });
    }

    [Test]
    public void What_a_session_carried_stays_counted_when_it_has_ended()
    {
        _channel.Protector.Protect("hello"u8, new MessageContext(Topic));
        _channel.Sending.Dispose();
        _channel.AddSession(Topic, toSend: true);
        _channel.Protector.Protect("hello"u8, new MessageContext(Topic));

        Assert.That(Protected, Is.EqualTo(new[] { (Topic, 2, 10) }));
    }

    [Test]
    public void What_is_refused_is_not_opened()
    {
        var message = _channel.Protector.Protect("hello"u8, new MessageContext(Topic));
        message[^1] ^= 1;
        Assert.Throws<MessageOpenException>(() => _channel.Protector.Open(message, new MessageContext(Topic)));

        Assert.That(Opened, Is.Empty);
    }

    [Test]
    public void A_record_that_was_mirrored_counts_for_the_topic_that_it_is_read_from()
    {
        _channel.Aliases.Add("mirror", Topic);
        var message = _channel.Protector.Protect("hello"u8, new MessageContext(Topic));
        _channel.Protector.Open(message, new MessageContext(Topic));
        _channel.Protector.Open(message, new MessageContext("mirror"));
        _channel.Protector.Open(message, new MessageContext(Topic));

        Assert.That(Opened, Is.EquivalentTo(new[] { (Topic, 2, 10), ("mirror", 1, 5) }));
    }

    [Test]
    public void A_message_that_may_not_be_sent_is_counted_with_the_reason_and_so_is_its_wait()
    {
        _channel.Keys.WhenWaitingToSend = () => throw new EndToEndKafkaException(FailureReason.ProducerNotAuthorized, "scripted");
        Assert.Throws<EndToEndKafkaException>(() => _channel.Protector.Protect("hello"u8, new MessageContext("payments")));

        Assert.Multiple(() =>
        {
            Assert.That(_channel.Counts.Unsent.ToList(), Is.EqualTo(new[] { (("payments", FailureReason.ProducerNotAuthorized), 1L) }));
            Assert.That(_channel.Waits.Counts.ToList(), Is.EqualTo(new[] { (new WaitKey("protect", "payments", FailureReason.SessionNotReady), 1L) }));
            Assert.That(Protected, Is.Empty);
        });
    }
}

using System.Text;
using Confluent.Kafka;

namespace E2EKafka.Client.Tests.Serialization;

/// <summary>Plaintext is shown to the application alone: not in exceptions, not in texts for logs.</summary>
[TestFixture]
public class SecrecyTests
{
    private const string Plaintext = "card 4111 1111 1111 1111";

    private readonly SerializationContext _context = new(MessageComponentType.Value, TestChannel.Topic, []);
    private TestChannel _channel = null!;

    [SetUp]
    public void SetUp() => _channel = new TestChannel();

    [TearDown]
    public void TearDown() => _channel.Dispose();

    [Test]
    public void What_an_inner_serializer_says_of_a_plaintext_is_withheld()
    {
        var e = Assert.Throws<EndToEndKafkaException>(
            () => new EncryptingSerializer<string>(new Talkative(), _channel.Protector).Serialize(Plaintext, _context))!;

        AssertSilent(e);
    }

    [Test]
    public async Task What_an_asynchronous_inner_serializer_says_of_a_plaintext_is_withheld()
    {
        foreach (var inner in (IAsyncSerializer<string>[])[new Talkative(), new CompletedSerializer<string>(new Talkative(), includesInnerMessages: false)])
        {
            var e = (await Assert.ThrowsAsync<EndToEndKafkaException>(
                () => new AsyncEncryptingSerializer<string>(inner, _channel.Protector).SerializeAsync(Plaintext, _context)))!;

            AssertSilent(e);
        }
    }

    [Test]
    public void What_an_inner_deserializer_says_of_a_plaintext_is_withheld()
    {
        var message = _channel.Protector.Protect(Encoding.UTF8.GetBytes(Plaintext), new MessageContext(TestChannel.Topic));
        var e = Assert.Throws<MessageOpenException>(
            () => new DecryptingDeserializer<string>(new Talkative(), _channel.Protector).Deserialize(message, false, _context))!;

        AssertSilent(e);
    }

    [Test]
    public void What_an_inner_deserializer_says_stands_in_our_message_where_the_options_want_it()
    {
        var told = new MessageProtector(
            _channel.Keys, _channel.Clock, _channel.Aliases, _channel.Waits, _channel.Counts, new OpeningRules(), includesInnerMessages: true);
        var message = told.Protect(Encoding.UTF8.GetBytes(Plaintext), new MessageContext(TestChannel.Topic));

        Assert.That(() => new DecryptingDeserializer<string>(new Talkative(), told).Deserialize(message, false, _context), Throws.TypeOf<MessageOpenException>().With.Message.Contains("4111"));
        Assert.That(() => new EncryptingSerializer<string>(new Talkative(), told).Serialize(Plaintext, _context), Throws.TypeOf<EndToEndKafkaException>().With.Message.Contains("4111"));
    }

    [Test]
    public void A_record_that_the_inner_deserializer_cannot_read_does_not_stop_the_loop_of_a_verifying_consumer()
    {
        var message = _channel.Protector.Protect(Encoding.UTF8.GetBytes(Plaintext), new MessageContext(TestChannel.Topic));
        var value = new VerifyingDeserializer<string>(new Talkative(), _channel.Protector).Deserialize(message, false, _context);

        Assert.Multiple(() =>
        {
            Assert.That(value.Failure?.Reason, Is.EqualTo(FailureReason.InnerSerializerFailed));
            Assert.That(value.Failure?.Kind, Is.EqualTo(FailureKind.Invalid));
            Assert.That(value.ToString(), Does.Not.Contain("4111"));
            Assert.That(value.Failure?.ToString(), Does.Not.Contain("4111"));
            Assert.That(() => value.Value, Throws.TypeOf<MessageOpenException>());
        });
    }

    [Test]
    public void What_is_opened_does_not_print_itself()
    {
        var message = _channel.Protector.Protect(Encoding.UTF8.GetBytes(Plaintext), new MessageContext(TestChannel.Topic));
        var opened = _channel.Protector.Open(message, new MessageContext(TestChannel.Topic));
        var verified = new VerifyingDeserializer<string>(Deserializers.Utf8, _channel.Protector).Deserialize(message, false, _context);

        Assert.Multiple(() =>
        {
            Assert.That(verified.Value, Is.EqualTo(Plaintext));
            Assert.That(verified.ToString(), Does.Not.Contain("4111 1111").And.Contain(_channel.Producer.Identifier));
            Assert.That(opened.ToString(), Does.Not.Contain("4111 1111").And.Contain($"{Plaintext.Length} bytes"));
        });
    }

    [Test]
    public void Keys_do_not_print_themselves()
    {
        var secret = Convert.ToHexString(_channel.Session.Secret.Span);
        object[] holders = [_channel.Session.Secret, _channel.Session.Keys, _channel.Sending, _channel.Keys.Current, _channel.Session.SigningKey!];

        Assert.That(holders.Select(holder => holder.ToString()), Has.None.Contains(secret[..8]).IgnoreCase);
    }

    [Test]
    public void What_was_decrypted_does_not_stay_in_the_pool_of_buffers()
    {
        var message = _channel.Protector.Protect(Encoding.UTF8.GetBytes(Plaintext), new MessageContext(TestChannel.Topic));
        var decrypt = new DecryptingDeserializer<string>(Deserializers.Utf8, _channel.Protector);
        decrypt.Deserialize(message, false, _context);

        // The same thread gets the same buffer.
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(Plaintext.Length);
        var left = Encoding.UTF8.GetString(buffer);
        System.Buffers.ArrayPool<byte>.Shared.Return(buffer);

        Assert.That(left, Does.Not.Contain("4111"));
    }

    private static void AssertSilent(EndToEndKafkaException e) => Assert.Multiple(() =>
    {
        Assert.That(e.Reason, Is.EqualTo(FailureReason.InnerSerializerFailed));
        Assert.That(e.InnerException, Is.TypeOf<FormatException>(), "the application's own");
        Assert.That(e.Message, Does.Not.Contain("4111").And.Contain(nameof(Talkative)).And.Contain(nameof(FormatException)).And.Contain(TestChannel.Topic));
    });

    /// <summary>Puts what it cannot handle into its exceptions, as many do.</summary>
    private sealed class Talkative : ISerializer<string>, IAsyncSerializer<string>, IDeserializer<string>
    {
        public byte[] Serialize(string data, SerializationContext context) => throw Complain(data);

        public Task<byte[]> SerializeAsync(string data, SerializationContext context) => throw Complain(data);

        public string Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) => throw Complain(Encoding.UTF8.GetString(data));

        private static FormatException Complain(string data) => new($"'{data}' is not valid", new InvalidOperationException(data));
    }
}

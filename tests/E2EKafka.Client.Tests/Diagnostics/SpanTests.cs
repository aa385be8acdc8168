using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using E2EKafka.Client.Tests.Serialization;

namespace E2EKafka.Client.Tests.Diagnostics;

/// <summary>Spans of messages, and how a consumer's go back to the producer's.</summary>
[TestFixture]
public class SpanTests
{
    private const string Topic = TestChannel.Topic;
    private const string Parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private TestChannel _channel = null!;
    private SpanListener _listener = null!;

    private EncryptingSerializer<string> Encrypt => new(Serializers.Utf8, _channel.Protector);

    private DecryptingDeserializer<string> Decrypt => new(Deserializers.Utf8, _channel.Protector);

    [SetUp]
    public void SetUp()
    {
        _channel = new TestChannel();
        _listener = new SpanListener();
    }

    [TearDown]
    public void TearDown()
    {
        _listener.Dispose();
        _channel.Dispose();
    }

    [Test]
    public void A_message_has_one_where_it_is_protected_and_one_where_it_is_opened()
    {
        var record = TestRecord.Produce(Encrypt, "secret words");
        record.Consume(Decrypt);

        Assert.Multiple(() =>
        {
            Assert.That(_listener.Names, Is.EqualTo(new[] { "protect orders", "open orders" }));
            foreach (var (span, operation) in _listener.Spans.Zip(["protect", "open"]))
            {
                Assert.That(span.Kind, Is.EqualTo(ActivityKind.Internal));
                Assert.That(span.Status, Is.EqualTo(ActivityStatusCode.Unset));
                Assert.That(span.TagObjects, Is.EquivalentTo(new Dictionary<string, object?>
                {
                    ["messaging.system"] = "kafka",
                    ["messaging.operation.name"] = operation,
                    ["messaging.destination.name"] = Topic,
                    ["messaging.message.body.size"] = 12,
                    ["e2ekafka.session.id"] = _channel.Session.Statement.Id.ToString(),
                    ["e2ekafka.message.sequence"] = 0L,
                }));
            }
        });
    }

    [Test]
    public void The_one_that_opens_links_to_the_trace_that_the_producers_headers_name_and_is_no_part_of_it()
    {
        using var consuming = new Activity("consuming").Start();
        var record = TestRecord.Produce(Encrypt, "hello", HeadersOf(Parent, "vendor=1"));
        record.Consume(Decrypt);

        var span = _listener.Single("open orders");
        var link = span.Links.Single().Context;
        Assert.Multiple(() =>
        {
            Assert.That($"{link.TraceId} {link.SpanId} {link.TraceFlags} {link.TraceState} {link.IsRemote}", Is.EqualTo("4bf92f3577b34da6a3ce929d0e0e4736 00f067aa0ba902b7 Recorded vendor=1 True"));
            Assert.That(span.TraceId, Is.EqualTo(consuming.TraceId));
            Assert.That(span.ParentSpanId, Is.EqualTo(consuming.SpanId));
            Assert.That(Activity.Current, Is.SameAs(consuming));
        });
    }

    [TestCase("")]
    [TestCase("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0")]
    [TestCase("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01")]
    [TestCase("00-00000000000000000000000000000000-00f067aa0ba902b7-01")]
    [TestCase("xx-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")]
    [TestCase("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more")]
    public void A_header_of_another_form_is_no_link(string header)
    {
        TestRecord.Produce(Encrypt, "hello", HeadersOf(header)).Consume(Decrypt);

        Assert.That(_listener.Single("open orders").Links, Is.Empty);
    }

    [Test]
    public void No_header_of_a_trace_is_written()
    {
        using var producing = new Activity("producing").Start();

        Assert.That(TestRecord.Produce(Encrypt, "hello").Headers, Is.Empty);
    }

    [Test]
    public void A_message_that_is_refused_says_why()
    {
        var record = TestRecord.Produce(Encrypt, "secret words");
        record.Value![^1] ^= 1;
        record.Consume(new VerifyingDeserializer<string>(Deserializers.Utf8, _channel.Protector));

        var span = _listener.Single("open orders");
        Assert.Multiple(() =>
        {
            Assert.That(span.Status, Is.EqualTo(ActivityStatusCode.Error));
            Assert.That(span.GetTagItem("error.type"), Is.EqualTo("SignatureInvalid"));
            Assert.That(_listener.Spans.SelectMany(every => every.TagObjects.Select(tag => $"{tag.Value}").Append($"{every.StatusDescription}")), Has.None.Contains("secret"));
        });
    }

    [Test]
    public void What_may_not_be_sent_says_why_and_how_long_it_waited()
    {
        _channel.Keys.WhenWaitingToSend = () =>
        {
            _channel.Clock.Advance(TimeSpan.FromSeconds(10));
            throw new EndToEndKafkaException(FailureReason.SessionNotReady, "scripted");
        };
        Assert.Throws<EndToEndKafkaException>(() => _channel.Protector.Protect("hello"u8, new MessageContext("payments")));

        var (protect, wait) = (_listener.Single("protect payments"), _listener.Single("wait payments"));
        Assert.Multiple(() =>
        {
            Assert.That(protect.GetTagItem("error.type"), Is.EqualTo("SessionNotReady"));
            Assert.That(wait.ParentSpanId, Is.EqualTo(protect.SpanId));
            Assert.That(wait.Duration, Is.EqualTo(TimeSpan.FromSeconds(10)));
            Assert.That(wait.GetTagItem("e2ekafka.reason"), Is.EqualTo("SessionNotReady"));
            Assert.That(wait.GetTagItem("e2ekafka.outcome"), Is.EqualTo("GivenUp"));
        });
    }

    [Test]
    public void A_record_that_is_read_again_while_it_waits_has_one_span_of_the_wait_and_one_when_it_is_opened()
    {
        var record = TestRecord.Produce(Encrypt, "hello");
        _channel.Keys.Show(_channel.Session, keys: null);
        using (OpeningPatience.WithoutBlocking(consumer: null))
        {
            for (var i = 0; i < 3; i++)
                Assert.Throws<MessageOpenException>(() => record.Consume(Decrypt));
        }

        Assert.That(_listener.Names, Is.EqualTo(new[] { "protect orders" }));
        _channel.Keys.Show(_channel.Session, _channel.Receive(_channel.Session));
        _channel.Keys.Changed();
        SpinWait.SpinUntil(() => _listener.Names.Count() == 2, TimeSpan.FromSeconds(30));
        record.Consume(Decrypt);

        Assert.That(_listener.Names, Is.EqualTo(new[] { "protect orders", "wait orders", "open orders" }));
        Assert.That(_listener.Spans[1].GetTagItem("e2ekafka.outcome"), Is.EqualTo("Opened"));
    }

    [Test]
    public void A_batch_has_one()
    {
        var place = new MessageContext(Topic);
        var messages = _channel.Protector.ProtectBatch([new("a"u8.ToArray(), place), new("b"u8.ToArray(), place)]);
        _channel.Protector.OpenBatch([.. messages.Select(message => new BatchMessage(message.Message, place))]);

        Assert.That(_listener.Spans.Select(span => $"{span.DisplayName} {span.GetTagItem("messaging.batch.message_count")}"), Is.EqualTo(new[] { "protect orders 2", "open orders 2" }));
    }

    [TestCase(false, "open orders 1")]
    [TestCase(true, "")]
    public void A_record_of_a_consumed_batch_has_one_which_links_and_none_if_it_is_to_be_read_again(bool isForged, string expected)
    {
        var record = TestRecord.Produce(Encrypt, "hello", HeadersOf(Parent));
        if (isForged)
            record.Value![^1] ^= 1;
        var decrypt = Decrypt;
        using (var deferring = DeferredValues.Of(decrypt))
        {
            record.Consume(decrypt);
            using var deferred = deferring.TakeLast(record.Headers)!;
            deferred.Open();
            ((IDeferringDeserializer<string>)decrypt).Finish(deferred, out _);
        }

        var opened = _listener.Spans.Where(span => span.DisplayName == "open orders").Select(span => $"{span.DisplayName} {span.Links.Count()}");
        Assert.Multiple(() =>
        {
            Assert.That(string.Join(' ', opened), Is.EqualTo(expected));
            Assert.That(_channel.Counts.Opened.All.Sum(count => count.Messages), Is.EqualTo(isForged ? 0 : 1));
        });
    }

    [Test]
    public void None_is_made_for_a_listener_that_samples_nothing()
    {
        _listener.Dispose();
        using var nothing = new SpanListener(ActivitySamplingResult.None);
        var current = "";
        var record = TestRecord.Produce(Encrypt, "hello");
        record.Consume(new DecryptingDeserializer<string>(new Spy(() => current = Activity.Current?.DisplayName ?? "none"), _channel.Protector));

        Assert.That((nothing.Names.Count(), current), Is.EqualTo((0, "none")));
    }

    [Test]
    public void What_the_applications_deserializer_does_is_a_part_of_the_one_that_opens()
    {
        var current = "";
        TestRecord.Produce(Encrypt, "hello").Consume(new DecryptingDeserializer<string>(new Spy(() => current = Activity.Current!.DisplayName), _channel.Protector));

        Assert.That(current, Is.EqualTo("open orders"));
    }

    private static Headers HeadersOf(string parent, string? state = null)
    {
        var headers = new Headers { { "traceparent", Encoding.ASCII.GetBytes(parent) } };
        if (state is not null)
            headers.Add("tracestate", Encoding.ASCII.GetBytes(state));
        return headers;
    }

    private sealed class Spy(Action called) : IDeserializer<string>
    {
        public string Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
        {
            called();
            return Deserializers.Utf8.Deserialize(data, isNull, context);
        }
    }
}

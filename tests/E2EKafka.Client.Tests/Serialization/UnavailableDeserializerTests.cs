using System.Net;
using System.Text;
using Confluent.Kafka;

namespace E2EKafka.Client.Tests.Serialization;

/// <summary>A deserializer of the application that lacks something which comes back by itself, such as its schema registry.</summary>
[TestFixture]
public class UnavailableDeserializerTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly SerializationContext _context = new(MessageComponentType.Value, TestChannel.Topic, []);
    private readonly SerializationContext _contextOfKey = new(MessageComponentType.Key, TestChannel.Topic, []);

    private TestChannel _channel = null!;
    private byte[] _message = null!;

    [SetUp]
    public void SetUp()
    {
        _channel = new TestChannel();
        _message = _channel.Protector.Protect("hello"u8, new MessageContext(TestChannel.Topic));
    }

    [TearDown]
    public void TearDown() => _channel.Dispose();

    [TestCase(typeof(HttpRequestException))]
    [TestCase(typeof(IOException))]
    [TestCase(typeof(TimeoutException))]
    public async Task A_record_waits_for_it_and_after_30_s_that_is_said(Type exception)
    {
        var registry = new Registry { Throws = () => new InvalidOperationException("", (Exception)Activator.CreateInstance(exception)!) };
        var reading = Task.Run(() => new DecryptingDeserializer<string>(registry, _channel.Protector).Deserialize(_message, false, _context));
        SpinWait.SpinUntil(() => _channel.Waits.Count == 1, Patience);
        Pass(RecordWaits.WarnAfter);
        Assert.That(reading.IsCompleted, Is.False);
        Assert.That(_channel.Waits.Warning, Does.Contain(nameof(Registry)).And.Contain("schema registry"));

        registry.Throws = null;
        Assert.That(await PassUntilEnd(reading), Is.EqualTo("hello"));
        Assert.That(_channel.Waits.Warning, Is.Null);
    }

    [TestCase(typeof(EndOfStreamException))]
    [TestCase(typeof(FileNotFoundException))]
    [TestCase(typeof(AnswerWithoutStatus))]
    public void Data_that_cannot_be_read_and_an_answer_of_the_registry_do_not_pass_by_themselves(Type exception)
    {
        var registry = new Registry { Throws = () => (Exception)Activator.CreateInstance(exception)! };

        Assert.That(Read(_channel.Protector, registry).Failure!.Reason, Is.EqualTo(FailureReason.InnerSerializerFailed));
    }

    [TestCase(401, false)]
    [TestCase(404, false)]
    [TestCase(408, true)]
    [TestCase(429, true)]
    [TestCase(503, true)]
    public void A_status_says_whether_it_passes_by_itself(int status, bool passes)
    {
        foreach (var exception in new[] { new HttpRequestException("", null, (HttpStatusCode)status), new RegistrysAnswer((HttpStatusCode)status) })
        {
            var registry = new Registry { Throws = () => exception };
            Assert.That(
                Read(_channel.Protector.With(new OpeningRules(MissingKey.Throw)), registry).Failure!.Reason,
                Is.EqualTo(passes ? FailureReason.InnerSerializerUnavailable : FailureReason.InnerSerializerFailed),
                exception.GetType().Name);
        }
    }

    [Test]
    public void Where_no_thread_waits_the_consumer_can_say_that_a_record_does()
    {
        var registry = new Registry { Throws = () => new HttpRequestException() };
        var failure = Read(_channel.Protector.With(new OpeningRules(MissingKey.Throw)), registry).Failure!;
        Assert.That(_channel.Waits.Count, Is.Zero);

        using (var wait = failure.BeginWait!())
        {
            _channel.Clock.Advance(RecordWaits.WarnAfter);
            wait.Seen(new TopicPartitionOffset("orders", 3, 42));
            Assert.That(_channel.Waits.Warning, Does.Contain("partition 3, offset 42").And.Contain(nameof(Registry)));
        }

        Assert.That(_channel.Waits.Count, Is.Zero);
    }

    [Test]
    public async Task A_records_key_waits_as_well()
    {
        var registry = new Registry { Throws = () => new HttpRequestException() };
        var reading = Task.Run(() => new KeyBindingDeserializer<string>(registry, _channel.Protector).Deserialize("key"u8, false, _contextOfKey));
        SpinWait.SpinUntil(() => _channel.Waits.Count == 1, Patience);
        Pass(TimeSpan.FromSeconds(10));
        Assert.That(reading.IsCompleted, Is.False);

        registry.Throws = null;
        Assert.That(await PassUntilEnd(reading), Is.EqualTo("key"));
    }

    [Test]
    public void The_application_says_what_passes_by_itself()
    {
        var registry = new Registry { Throws = () => new HttpRequestException() };
        var strict = _channel.Protector.With(new OpeningRules(IsTransient: static _ => false));
        Assert.That(Read(strict, registry).Failure!.Reason, Is.EqualTo(FailureReason.InnerSerializerFailed));

        registry.Throws = () => new ArgumentException();
        var patient = _channel.Protector.With(new OpeningRules(MissingKey.Throw, IsTransient: static e => e is ArgumentException));
        var failure = Read(patient, registry).Failure!;
        Assert.That((failure.Reason, failure.Kind), Is.EqualTo((FailureReason.InnerSerializerUnavailable, FailureKind.Transient)));
        Assert.That(failure.InnerException, Is.TypeOf<ArgumentException>());
    }

    [Test]
    public async Task A_time_to_give_up_ends_the_wait_and_so_does_the_hosts_stop()
    {
        var registry = new Registry { Throws = () => new HttpRequestException() };
        var reading = Task.Run(() => Read(_channel.Protector.With(new OpeningRules(GiveUpAfter: TimeSpan.FromSeconds(10))), registry));
        SpinWait.SpinUntil(() => _channel.Waits.Count == 1, Patience);
        Pass(TimeSpan.FromSeconds(9));
        Assert.That(reading.IsCompleted, Is.False);
        Assert.That((await PassUntilEnd(reading)).Failure!.Reason, Is.EqualTo(FailureReason.InnerSerializerUnavailable));

        reading = Task.Run(() => Read(_channel.Protector, registry));
        SpinWait.SpinUntil(() => _channel.Waits.Count == 1, Patience);
        _channel.Waits.Stop();
        Assert.That((await PassUntilEnd(reading)).Failure!.Kind, Is.EqualTo(FailureKind.Transient));
    }

    [Test]
    public void A_serializer_that_cannot_reach_its_registry_is_a_transient_failure()
    {
        var e = Assert.Throws<EndToEndKafkaException>(
            () => new EncryptingSerializer<string>(new Registry { Throws = () => new HttpRequestException("away") }, _channel.Protector).Serialize("hello", _context))!;

        Assert.That((e.Reason, e.Kind, e.InnerException?.Message), Is.EqualTo((FailureReason.InnerSerializerUnavailable, FailureKind.Transient, "away")));
    }

    private Verified<string> Read(MessageProtector protector, Registry registry) =>
        new VerifyingDeserializer<string>(registry, protector).Deserialize(_message, false, _context);

    private void Pass(TimeSpan time)
    {
        for (var passed = TimeSpan.Zero; passed < time; passed += TimeSpan.FromMilliseconds(100))
            _channel.Clock.Advance(TimeSpan.FromMilliseconds(100));
    }

    // The reading thread sets its next timer some time after the last has fired.
    private Task<T> PassUntilEnd<T>(Task<T> reading)
    {
        SpinWait.SpinUntil(
            () =>
            {
                Pass(TimeSpan.FromMilliseconds(100));
                return reading.IsCompleted;
            },
            Patience);
        return reading.WaitAsync(Patience);
    }

    /// <summary>As Confluent's SchemaRegistryException, whose base class has no status.</summary>
    private sealed class RegistrysAnswer(HttpStatusCode status) : HttpRequestException
    {
        public HttpStatusCode Status => status;
    }

    private sealed class AnswerWithoutStatus : HttpRequestException;

    private sealed class Registry : IDeserializer<string>, ISerializer<string>
    {
        private volatile Func<Exception>? _throws;

        public Func<Exception>? Throws
        {
            get => _throws;
            set => _throws = value;
        }

        public string Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) =>
            Throws is { } make ? throw make() : Encoding.UTF8.GetString(data);

        public byte[] Serialize(string data, SerializationContext context) => Throws is { } make ? throw make() : Encoding.UTF8.GetBytes(data);
    }
}

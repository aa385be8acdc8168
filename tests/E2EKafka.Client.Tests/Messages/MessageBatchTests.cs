using System.Text;

namespace E2EKafka.Client.Tests.Messages;

/// <summary>Many messages in one call of the protector: each has a result of its own.</summary>
[TestFixture(MessageAuthentication.Signature)]
[TestFixture(MessageAuthentication.Shared)]
public class MessageBatchTests(MessageAuthentication authentication)
{
    private const string Topic = TestChannel.Topic;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private TestChannel _channel = null!;

    [SetUp]
    public void SetUp() => _channel = new TestChannel(authentication);

    [TearDown]
    public void TearDown() => _channel.Dispose();

    [Test]
    public void Messages_are_protected_and_opened_in_the_order_of_the_list()
    {
        _channel.AddSession(TestChannel.OtherTopic, toSend: true);
        List<BatchMessage> plaintexts = [.. Enumerable.Range(0, 100).Select(i => Message($"{i}", i % 2 == 0 ? Topic : TestChannel.OtherTopic))];

        var messages = _channel.Protector.ProtectBatch(plaintexts);
        var opened = _channel.Protector.OpenBatch([.. messages.Select((result, i) => new BatchMessage(result.Message, plaintexts[i].Context))]);

        Assert.Multiple(() =>
        {
            Assert.That(messages.Select(result => result.Failure), Is.All.Null);
            Assert.That(opened.Select(result => Text(result.Opened!.Plaintext)), Is.EqualTo(Enumerable.Range(0, 100).Select(i => $"{i}")));
            Assert.That(opened.Select(result => (result.Opened!.Origin.Session, result.Opened.Origin.Sequence)), Is.Unique);
        });
    }

    [Test]
    public void A_message_that_may_not_be_sent_keeps_no_other_from_being_protected_and_its_topic_is_waited_for_once()
    {
        var failure = new EndToEndKafkaException(FailureReason.ProducerDenied, "no right");
        _channel.Keys.WhenWaitingToSend = () => throw failure;

        var results = _channel.Protector.ProtectBatch([Message("1"), Message("2", "closed"), Message("3"), Message("4", "closed")]);

        Assert.Multiple(() =>
        {
            Assert.That(results.Select(result => result.Failure), Is.EqualTo(new[] { null, failure, null, failure }));
            Assert.That(results.Select(result => result.Message is null), Is.EqualTo(new[] { false, true, false, true }));
            Assert.That(_channel.Keys.SendWaits, Is.EqualTo(new[] { "closed" }));
        });
    }

    [Test]
    public void A_topic_without_a_session_yet_is_waited_for()
    {
        _channel.Keys.WhenWaitingToSend = () => _channel.AddSession("new", toSend: true);

        var results = _channel.Protector.ProtectBatch([Message("1", "new"), Message("2"), Message("3", "new")]);

        Assert.That(results.Select(result => result.Failure), Is.All.Null);
    }

    [Test]
    public void A_message_that_is_refused_keeps_no_other_from_being_opened()
    {
        List<BatchMessage> messages = [.. _channel.Protector.ProtectBatch([Message("1"), Message("2"), Message("3")]).Select(result => new BatchMessage(result.Message, new MessageContext(Topic)))];
        var forged = messages[1].Bytes.ToArray();
        forged[^1] ^= 1;
        messages[1] = messages[1] with { Bytes = forged };
        messages.Add(messages[0] with { Bytes = "plain"u8.ToArray() });

        var results = _channel.Protector.OpenBatch(messages);

        Assert.Multiple(() =>
        {
            Assert.That(results.Select(result => result.Failure?.Reason), Is.EqualTo(new FailureReason?[] { null, _channel.Altered, null, FailureReason.NotEncrypted }));
            Assert.That(results.Select(result => result.Opened is null), Is.EqualTo(new[] { false, true, false, true }));
            Assert.That(_channel.Refusals.ToList().Sum(refused => refused.Count), Is.EqualTo(2));
        });
    }

    [Test]
    public async Task A_message_whose_key_is_not_here_is_a_failure_at_once_and_is_opened_when_it_is_tried_again()
    {
        var late = _channel.Producer.Session(Topic, authentication);
        _channel.Keys.Show(late, keys: null);
        var message = _channel.Send(late).TrySeal("late"u8, new MessageContext(Topic), _channel.Clock.GetUtcNow().UtcTicks)!;
        BatchMessage[] messages = [new(message, new MessageContext(Topic)), new(_channel.Protector.Protect("here"u8, new MessageContext(Topic)), new MessageContext(Topic))];

        var first = _channel.Protector.OpenBatch(messages);
        Assert.That(first.Select(result => result.Failure?.Kind), Is.EqualTo(new FailureKind?[] { FailureKind.Transient, null }));
        Assert.That(_channel.Keys.OpenWaits.Select(wait => wait.Session), Is.EqualTo(new[] { late.Statement.Id }), "it is searched for");

        _channel.Keys.Show(late, _channel.Receive(late));
        _channel.Keys.Changed();
        var waited = await _channel.Protector.OpenAsync(message, new MessageContext(Topic)).WaitAsync(Patience);
        var again = _channel.Protector.OpenBatch(messages);

        Assert.That(Text(waited.Plaintext), Is.EqualTo("late"));
        Assert.That(again.Select(result => Text(result.Opened!.Plaintext)), Is.EqualTo(new[] { "late", "here" }));
    }

    [Test]
    public void A_tombstone_with_content_is_an_error_of_the_caller_and_nothing_is_protected()
    {
        var wrong = new BatchMessage("content"u8.ToArray(), new MessageContext(Topic) { IsTombstone = true });

        Assert.That(() => _channel.Protector.ProtectBatch([Message("1"), wrong]), Throws.ArgumentException);
        Assert.That(() => _channel.Protector.ProtectBatch([default]), Throws.ArgumentException);
        Assert.That(() => _channel.Protector.OpenBatch([default]), Throws.ArgumentException);
        Assert.That(_channel.Sending.Messages, Is.Zero);
    }

    [Test]
    public void A_session_that_a_later_key_ring_refuses_or_retires_is_refused_though_it_has_just_been_used()
    {
        var message = new BatchMessage(_channel.Protector.Protect("1"u8, new MessageContext(Topic)), new MessageContext(Topic));
        Assert.That(_channel.Protector.OpenBatch([message])[0].Failure, Is.Null);

        _channel.Keys.Show(_channel.Session, _channel.Receive(_channel.Session), FailureReason.ProducerRevoked);
        Assert.That(_channel.Protector.OpenBatch([message])[0].Failure!.Reason, Is.EqualTo(FailureReason.ProducerRevoked));

        _channel.Keys.Show(_channel.Session, _channel.Receive(_channel.Session));
        Assert.That(_channel.Protector.OpenBatch([message])[0].Failure, Is.Null);
        _channel.Keys.Current = _channel.Keys.Current with { Time = _channel.Session.Statement.Ends.AddDays(8) };
        Assert.That(_channel.Protector.OpenBatch([message])[0].Failure!.Reason, Is.EqualTo(FailureReason.KeyRetired));

        _channel.Keys.Fail(FailureReason.Revoked);
        Assert.That(_channel.Protector.OpenBatch([message])[0].Failure!.Reason, Is.EqualTo(FailureReason.Revoked));
    }

    [Test]
    public void What_takes_long_is_done_on_more_than_one_core_and_what_does_not_is_done_here()
    {
        using var together = new Barrier(2);
        var met = 0;
        AllCores.For(2, takeLong: true, _ =>
        {
            if (together.SignalAndWait(Patience))
                Interlocked.Increment(ref met);
        });
        List<int> threads = [];
        AllCores.For(100, takeLong: false, _ => threads.Add(Environment.CurrentManagedThreadId));

        Assert.That(met, Is.EqualTo(2), "each waited for the other");
        Assert.That(threads, Is.EqualTo(Enumerable.Repeat(Environment.CurrentManagedThreadId, 100)));
        Assert.That(() => AllCores.For(2, takeLong: true, _ => throw new InvalidOperationException()), Throws.InvalidOperationException);
    }

    private static BatchMessage Message(string text, string topic = Topic) => new(Encoding.UTF8.GetBytes(text), new MessageContext(topic));

    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);
}

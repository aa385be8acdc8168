using System.Collections.Concurrent;
using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.Messages;

[TestFixture(MessageAuthentication.Signature)]
[TestFixture(MessageAuthentication.Mac)]
[TestFixture(MessageAuthentication.Shared)]
public class OutboundSessionTests(MessageAuthentication authentication)
{
    private const int Threads = 8;

    private static readonly MessageContext Place = new(TestChannel.Topic);

    private TestChannel _channel = null!;
    private TestSession _session = null!;
    private InboundSession _receiving = null!;

    private long Now => _channel.Clock.GetUtcNow().UtcTicks;

    [SetUp]
    public void SetUp()
    {
        _channel = new TestChannel(authentication);
        _session = _channel.AddSession(TestChannel.Topic);
        _receiving = _channel.Receive(_session);
    }

    [TearDown]
    public void TearDown() => _channel.Dispose();

    [Test]
    public async Task No_two_messages_share_a_sequence_however_many_threads_encrypt()
    {
        const int each = 500;
        var sending = _channel.Send(_session);
        var messages = new ConcurrentBag<byte[]>();

        await OnThreads(_ =>
        {
            for (var i = 0; i < each; i++)
                messages.Add(sending.TrySeal("hello"u8, Place, Now)!);
        });

        Assert.That(
            messages.Select(SequenceOf).Order(),
            Is.EqualTo(Enumerable.Range(0, Threads * each)),
            "each sequence is used once, and none is left out");
        Assert.That(messages.All(Opens));
    }

    [Test]
    public async Task Many_threads_together_get_no_message_more_than_the_limit()
    {
        const int limit = 1_000;
        var sending = _channel.Send(_session, new SessionLimits(limit, long.MaxValue));
        var messages = new ConcurrentBag<byte[]>();

        await OnThreads(_ =>
        {
            while (sending.TrySeal("hello"u8, Place, Now) is { } message)
                messages.Add(message);
        });

        Assert.Multiple(() =>
        {
            Assert.That(messages.Select(SequenceOf).Order(), Is.EqualTo(Enumerable.Range(0, limit)));
            Assert.That(sending.IsExhausted);
        });
    }

    [Test]
    public async Task Many_threads_together_get_no_byte_more_than_the_limit()
    {
        const int limit = 1_000_000;
        var sending = _channel.Send(_session, new SessionLimits(uint.MaxValue, limit));
        var bytes = 0L;

        await OnThreads(thread =>
        {
            var plaintext = new byte[1_000 + thread];
            while (sending.TrySeal(plaintext, Place, Now) is not null)
                Interlocked.Add(ref bytes, plaintext.Length);
        });

        Assert.Multiple(() =>
        {
            Assert.That(bytes, Is.LessThanOrEqualTo(limit).And.GreaterThan(limit - (Threads * 1_010)));
            Assert.That(sending.IsExhausted);
        });
    }

    [Test]
    public void It_ends_with_the_announced_second()
    {
        var sending = _channel.Send(_session);
        var end = _session.Statement.Ends.UtcTicks;

        Assert.Multiple(() =>
        {
            Assert.That(sending.TrySeal("hello"u8, Place, end - 1), Is.Not.Null);
            Assert.That(sending.TrySeal("hello"u8, Place, end), Is.Null);
        });
    }

    [Test]
    public void A_retired_one_encrypts_no_more()
    {
        var sending = _channel.Send(_session);
        sending.Retire();

        Assert.Multiple(() =>
        {
            Assert.That(sending.TrySeal("hello"u8, Place, Now), Is.Null);
            Assert.That(sending.IsExhausted);
        });
    }

    [Test]
    public async Task One_thread_alone_is_told_that_a_successor_is_due_and_not_before_it_is()
    {
        var sending = _channel.Send(_session, new SessionLimits(160, long.MaxValue));
        var toldAt = new ConcurrentBag<int>();

        await OnThreads(_ =>
        {
            while (sending.TrySeal("hello"u8, Place, Now) is { } message)
            {
                if (sending.TryRequestSuccessor())
                    toldAt.Add(SequenceOf(message));
            }
        });

        Assert.That(toldAt, Has.Count.EqualTo(1));
    }

    [Test]
    public void A_successor_is_due_a_sixteenth_before_the_end()
    {
        var sending = _channel.Send(_session, new SessionLimits(160, long.MaxValue));
        for (var i = 0; i < 149; i++)
            sending.TrySeal("hello"u8, Place, Now);
        var before = sending.TryRequestSuccessor();
        sending.TrySeal("hello"u8, Place, Now);

        Assert.Multiple(() =>
        {
            Assert.That(before, Is.False);
            Assert.That(sending.TryRequestSuccessor());
            Assert.That(sending.TryRequestSuccessor(), Is.False, "once is enough");
        });
    }

    [Test]
    public async Task What_was_encrypted_while_it_was_disposed_opens()
    {
        for (var round = 0; round < 40; round++)
        {
            var sending = _channel.Send(_session);
            using var started = new CountdownEvent(Threads);
            var messages = new ConcurrentBag<byte[]>();
            var working = OnThreads(_ =>
            {
                started.Signal();
                try
                {
                    while (sending.TrySeal("hello"u8, Place, Now) is { } message)
                        messages.Add(message);
                }
                catch (ObjectDisposedException)
                {
                    // That is how a session ends that was just in use; the protector takes the next one.
                }
            });

            started.Wait();
            sending.Dispose();
            await working;

            Assert.That(messages.All(Opens), $"round {round}");
        }
    }

    [Test]
    public void The_first_message_makes_nothing_from_the_keys()
    {
        var keys = SessionKeys.TryDerive(_session.Secret, _session.Statement)!;
        var provingKeys = _channel.ProvingKeysOf(_session);
        using var sending = new OutboundSession(_session.Statement, keys, provingKeys, SessionLimits.Default);

        // Whatever would still be made from them could not be.
        keys.Dispose();
        provingKeys.Dispose();

        Assert.That(Opens(sending.TrySeal("hello"u8, Place, Now)!));
    }

    private static Task OnThreads(Action<int> work) => Task.WhenAll(Enumerable.Range(0, Threads)
        .Select(i => Task.Factory.StartNew(() => work(i), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)));

    private static int SequenceOf(byte[] message) =>
        MessageHeader.Read(message, out var header) is null ? (int)header.Sequence : -1;

    private bool Opens(byte[] message)
    {
        MessageHeader.Read(message, out var header);
        var plaintext = new byte[_receiving.PlaintextSizeOf(header, message.Length)];
        return _receiving.Open(header, message, Place, plaintext) is null && plaintext.AsSpan().SequenceEqual("hello"u8);
    }
}

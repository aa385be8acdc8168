using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

[TestFixture]
public class ControlLoopTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly CollectingLog _log = new();

    [OneTimeTearDown]
    public void TearDown() => _log.Dispose();

    [Test]
    public void A_flood_of_inputs_does_not_put_off_the_advance()
    {
        using var advances = new CountdownEvent(3);
        using var loop = new ControlLoop("test", () => Signal(advances), _ => { }, _log);
        loop.Start();
        var ended = false;
        Flood();

        Assert.That(advances.Wait(Patience));
        Volatile.Write(ref ended, true);

        void Flood()
        {
            if (!Volatile.Read(ref ended))
                loop.Post(Flood);
        }
    }

    [Test]
    public async Task Who_asks_for_an_advance_is_told_when_the_loop_has_done_what_was_posted_before_and_has_advanced()
    {
        var done = 0;
        var doneWhenItAdvanced = -1;
        using var loop = new ControlLoop("test", () => doneWhenItAdvanced = done, _ => { }, _log);
        for (var i = 0; i < 100; i++)
            loop.Post(() => done++);
        var advanced = loop.AdvanceAsync();
        Assert.That(advanced.IsCompleted, Is.False);

        loop.Start();
        await advanced.WaitAsync(Patience);

        Assert.That(doneWhenItAdvanced, Is.EqualTo(100));
    }

    [Test]
    public async Task An_ended_loop_lets_no_one_wait_for_an_advance()
    {
        using var failed = new ManualResetEventSlim();
        using var loop = new ControlLoop("test", () => throw new InvalidOperationException("a fault"), _ => failed.Set(), _log);
        var before = loop.AdvanceAsync();

        loop.Start();
        await before.WaitAsync(Patience);

        Assert.That(failed.Wait(Patience));
        await loop.AdvanceAsync().WaitAsync(Patience);
    }

    [Test]
    public void A_nudge_never_waits_for_room()
    {
        using var goOn = new ManualResetEventSlim();
        using var loop = new ControlLoop("test", () => { }, _ => { }, _log);
        loop.Post(goOn.Wait);
        for (var i = 1; i < 10_000; i++)
            loop.Post(() => { });
        var nudging = Task.Run(() =>
        {
            for (var i = 0; i < 100; i++)
                loop.Nudge();
        });

        Assert.That(nudging.Wait(Patience));
        goOn.Set();
        loop.Start();
    }

    [Test]
    public void A_flood_of_large_inputs_waits_for_room_and_all_are_done_in_order([Values] bool arrivesSlowly)
    {
        const int size = 170 * 1024;
        const int fit = ControlLoop.MaxWaitingBytes / size;
        using var goOn = new ManualResetEventSlim();
        using var loop = new ControlLoop("test", () => { }, _ => { }, _log);
        loop.Post(goOn.Wait);
        var (posted, done) = (0, new List<int>());
        var flood = new Thread(() =>
        {
            for (var i = 0; i < 3 * fit; i++)
            {
                var number = i;
                loop.Post(() => done.Add(number), size);
                Volatile.Write(ref posted, i + 1);
            }
        });
        flood.Start();
        Assert.That(SpinWait.SpinUntil(() => Volatile.Read(ref posted) == fit && flood.ThreadState.HasFlag(ThreadState.WaitSleepJoin), Patience), "the reader of Kafka waits");
        Assert.That(loop.Post(() => { }), "what is small need not wait");
        if (arrivesSlowly)
            loop.Start();
        goOn.Set();
        if (!arrivesSlowly)
            loop.Start();
        Assert.That(flood.Join(Patience));
        loop.Dispose();

        Assert.That(done, Is.EqualTo(Enumerable.Range(0, 3 * fit)));
    }

    [Test]
    public void The_end_of_the_loop_ends_a_wait_for_room()
    {
        var loop = new ControlLoop("test", () => { }, _ => { }, _log);
        loop.Post(() => { }, ControlLoop.MaxWaitingBytes);
        bool? isPosted = null;
        var reader = new Thread(() => isPosted = loop.Post(() => { }, 1));
        reader.Start();
        Assert.That(SpinWait.SpinUntil(() => reader.ThreadState.HasFlag(ThreadState.WaitSleepJoin), Patience));
        loop.Dispose();

        Assert.That(reader.Join(Patience));
        Assert.That(isPosted, Is.False);
    }

    [Test]
    public void What_was_posted_before_the_end_is_done_and_nothing_afterwards()
    {
        var done = 0;
        var loop = new ControlLoop("test", () => { }, _ => { }, _log);
        loop.Start();
        for (var i = 0; i < 5_000; i++)
            Assert.That(loop.Post(() => done++));
        loop.Dispose();

        Assert.That(done, Is.EqualTo(5_000));
        Assert.That(loop.Post(() => done++), Is.False);
        Assert.That(loop.Nudge, Throws.Nothing);
    }

    [Test]
    public void An_input_that_fails_is_logged_and_the_next_one_done()
    {
        using var next = new CountdownEvent(1);
        using var loop = new ControlLoop("test", () => { }, _ => { }, _log);
        loop.Start();
        loop.Post(() => throw new InvalidOperationException("some record"));
        loop.Post(() => next.Signal());

        Assert.That(next.Wait(Patience));
        Assert.That(_log.Lines, Has.Some.Contains("some record"));
    }

    [Test]
    public void When_it_stops_it_says_so_and_tells_callers_that_came_too_late()
    {
        using var stopped = new CountdownEvent(1);
        using var late = new CountdownEvent(1);
        using var goOn = new ManualResetEventSlim();
        Exception? cause = null;
        using var loop = new ControlLoop("test", () => { }, Stop, _log);
        loop.Start();
        loop.Post(() =>
        {
            goOn.Wait(Patience);
            throw new EndToEndKafkaException(FailureReason.VaultUnavailable, "The disk is full.");
        });
        loop.Post(() => late.Signal());
        goOn.Set();

        Assert.That(stopped.Wait(Patience) && late.Wait(Patience));
        Assert.That((cause as EndToEndKafkaException)?.Reason, Is.EqualTo(FailureReason.VaultUnavailable));
        Assert.That(loop.Post(() => { }), Is.False);

        void Stop(Exception e)
        {
            cause = e;
            stopped.Signal();
        }
    }

    [Test]
    public void It_stops_when_it_cannot_advance()
    {
        using var stopped = new CountdownEvent(1);
        using var loop = new ControlLoop("test", () => throw new InvalidOperationException("a mistake of ours"), _ => stopped.Signal(), _log);
        loop.Start();
        loop.Nudge();

        Assert.That(stopped.Wait(Patience));
        Assert.That(_log.Lines, Has.Some.StartsWith("Critical").And.Contains("a mistake of ours"));
    }

    private static void Signal(CountdownEvent countdown)
    {
        if (!countdown.IsSet)
            countdown.Signal();
    }
}

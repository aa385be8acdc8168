using E2EKafka.Tests;

namespace E2EKafka.Client.Tests.KeyExchange;

/// <summary>Threads that wait for the key exchange: they are woken, in time, whatever becomes of it.</summary>
[TestFixture]
public class KeyExchangeServiceTests
{
    private const string Topic = "orders";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan SessionTimeout = TimeSpan.FromSeconds(10);

    private ControlNetwork _network = null!;
    private DurableVault _vault = null!;
    private KeyExchangeService _service = null!;
    private FakeControlLog _log = null!;

    [SetUp]
    public void SetUp()
    {
        _network = new ControlNetwork();
        _vault = new DurableVault();

        // Enrolls; the process under test finds its credential in the vault.
        _network.Kill(_network.Join(vault: _vault));
        _service = new KeyExchangeService(
            publish => new MemberEngine(_network.Project.Document, null, _vault, _network.Clock, new KeyLifetimes(), publish, _network.Log),
            (sink, _) => _log = new FakeControlLog(sink),
            _network.Clock, SessionTimeout, _network.Log);
    }

    [TearDown]
    public async Task TearDown()
    {
        await _service.DisposeAsync();
        _network.Dispose();
    }

    [Test]
    public async Task A_caller_that_waits_to_send_goes_on_when_there_is_a_session()
    {
        _service.Start([], []);
        await _service.WaitToSendAsync(Topic).WaitAsync(Patience);

        Assert.That(_service.Current.Sending[Topic].Current, Is.Not.Null);
    }

    [Test]
    public void A_caller_that_waits_to_send_is_told_in_time_that_there_is_none()
    {
        _log.Acknowledges = false;
        _service.Start([], []);
        var waiting = _service.WaitToSendAsync(Topic);
        SpinWait.SpinUntil(() => _log.Published.Any(publication => publication.Partition.Topic == ControlTopicKind.Sessions), Patience);
        Assert.That(waiting.IsCompleted, Is.False);
        _network.Clock.Advance(SessionTimeout);
        _service.RequestSuccessor(Topic);

        Assert.That(() => waiting.WaitAsync(Patience), ThrowsReason(FailureReason.SessionNotReady));
    }

    [Test]
    public async Task A_session_that_is_not_in_the_log_is_not_announced()
    {
        _service.Start([], []);

        Assert.That(await WaitToOpen().WaitAsync(Patience), Is.False);
    }

    [Test]
    public async Task A_session_that_may_be_in_the_log_is_waited_for_until_the_log_was_read()
    {
        _service.Start([], []);
        await _service.WaitToSendAsync(Topic).WaitAsync(Patience); // it is ready: nothing but the end is waited for
        _log.End = 5;
        var waiting = WaitToOpen();
        _service.Sink.CaughtUp(_network.SessionsOf(Topic), 4);
        await _service.DiscardSessionsAsync().WaitAsync(Patience);
        Assert.That(waiting.IsCompleted, Is.False, "it was not read to its end");

        _service.Sink.CaughtUp(_network.SessionsOf(Topic), 5);
        Assert.That(await waiting.WaitAsync(Patience), Is.False);
    }

    [Test]
    public async Task A_broker_that_does_not_say_where_the_log_ends_proves_nothing()
    {
        _service.Start([], []);
        await _service.WaitToSendAsync(Topic).WaitAsync(Patience); // it is ready: nothing but the end is waited for
        _log.End = null;
        using var cancellation = new CancellationTokenSource();
        var waiting = _service.WaitToOpenAsync(new SessionId(7), [Topic], cancellation.Token);
        _network.Clock.Advance(TimeSpan.FromMinutes(2));
        await _service.DiscardSessionsAsync().WaitAsync(Patience);
        Assert.That(waiting.IsCompleted, Is.False);

        await cancellation.CancelAsync();
        Assert.That(() => waiting.WaitAsync(Patience), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public void All_who_wait_to_send_are_told_together_that_there_is_no_session()
    {
        _log.Acknowledges = false;
        _service.Start([], []);
        var first = _service.WaitToSendAsync(Topic);
        _network.Clock.Advance(SessionTimeout / 2);
        var others = Enumerable.Range(0, 200).Select(_ => _service.WaitToSendAsync(Topic)).ToList();
        _network.Clock.Advance(SessionTimeout / 2);
        _service.RequestSuccessor(Topic);

        Assert.Multiple(() =>
        {
            foreach (var waiting in others.Prepend(first))
                Assert.That(() => waiting.WaitAsync(Patience), ThrowsReason(FailureReason.SessionNotReady));
        });
    }

    [Test]
    public async Task When_a_fault_of_our_own_ends_the_key_exchange_nothing_more_is_sent_and_no_caller_waits_for_ever()
    {
        _service.Start([Topic], []);
        await _service.WaitToSendAsync(Topic).WaitAsync(Patience);
        _log.End = 5;
        var opening = WaitToOpen();
        _log.Breaks = true;

        Assert.Multiple(() =>
        {
            Assert.That(() => _service.WaitToSendAsync("another").WaitAsync(Patience), ThrowsReason(FailureReason.NotReady));
            Assert.That(() => opening.WaitAsync(Patience), ThrowsReason(FailureReason.NotReady));
            Assert.That(() => _service.WaitToSendAsync(Topic).WaitAsync(Patience), ThrowsReason(FailureReason.NotReady));
            Assert.That(_service.HasStopped);
            Assert.That(_service.Current.Failure?.Message, Does.Contain("has stopped"));
            Assert.That(_service.Current.Sending, Is.Empty, "a session that would never be retired");
            Assert.That(_service.NotReady?.Message, Does.Contain("has stopped"));
        });
        await _service.DiscardSessionsAsync().WaitAsync(Patience);
    }

    [Test]
    public async Task After_it_was_disposed_no_caller_waits_and_nothing_is_sent()
    {
        _service.Start([Topic], []);
        await _service.WaitToSendAsync(Topic).WaitAsync(Patience);
        _log.End = 5;
        var opening = WaitToOpen();
        await _service.DisposeAsync();

        Assert.Multiple(() =>
        {
            Assert.That(() => opening.WaitAsync(Patience), ThrowsReason(FailureReason.NotReady));
            Assert.That(() => _service.WaitToSendAsync(Topic).WaitAsync(Patience), ThrowsReason(FailureReason.NotReady));
            Assert.That(_service.Current.Sending, Is.Empty);
            Assert.That(_log.IsDisposed);
            Assert.That(_network.Log.Lines, Has.None.StartsWith("Critical"), "ending is no accident");
        });
        await _service.DiscardSessionsAsync().WaitAsync(Patience);
    }

    [Test]
    public async Task Discarded_sessions_are_gone_when_that_is_reported()
    {
        _service.Start([Topic], []);
        await _service.WaitToSendAsync(Topic).WaitAsync(Patience);
        var session = _service.Current.Sending[Topic].Current!;
        await _service.DiscardSessionsAsync().WaitAsync(Patience);

        Assert.That(session.TrySeal([], new MessageContext(Topic), _network.Now.UtcTicks), Is.Null);
        Assert.That(_service.Current.Sending[Topic].Current, Is.Not.SameAs(session));
    }

    [Test]
    public async Task An_authority_that_does_not_renew_is_a_warning_long_before_it_is_a_failure()
    {
        _service.Start([], []);
        await _service.WaitUntilReadyAsync(Patience, default).WaitAsync(Patience);
        var before = await _service.GetStatusAsync(new RefusalCounts()).WaitAsync(Patience);
        _network.Clock.Advance(TimeSpan.FromHours(19));
        await _service.DiscardSessionsAsync().WaitAsync(Patience);
        _service.RequestSuccessor(Topic);
        SpinWait.SpinUntil(() => _service.Gauges.Warning is not null, Patience);
        var after = await _service.GetStatusAsync(new RefusalCounts()).WaitAsync(Patience);

        Assert.Multiple(() =>
        {
            Assert.That(before.Warning, Is.Null);
            Assert.That(after.Warning, Does.Contain("authority").And.Contain($"{TestProject.Start.AddHours(48):u}"));
            Assert.That(after.Problem, Is.Null);
            Assert.That(_network.Log.Lines.Count(line => line.StartsWith("Warning: The authority has not renewed", StringComparison.Ordinal)), Is.EqualTo(1));
        });
    }

    [Test]
    public async Task A_status_tells_how_far_the_control_topics_were_read()
    {
        _service.Start([Topic], []);
        await _service.WaitUntilReadyAsync(Patience, default).WaitAsync(Patience);
        _service.Sink.HighWatermarkFound(ControlPartition.Members, 5);
        var control = (await _service.GetStatusAsync(new RefusalCounts()).WaitAsync(Patience)).Control;

        Assert.Multiple(() =>
        {
            Assert.That(control.Single(partition => partition.Topic == "_e2ekafka.members").Lag, Is.EqualTo(5));
            Assert.That(control.Single(partition => partition.Topic == "_e2ekafka.authority").Lag, Is.Zero);
        });
    }

    [Test]
    public async Task A_caller_that_asks_a_member_that_was_disposed_is_told_so()
    {
        _service.Start([], []);
        await _service.DisposeAsync();

        Assert.That(() => _service.GetStatusAsync(new RefusalCounts()), ThrowsReason(FailureReason.NotReady));
    }

    private Task<bool> WaitToOpen() => _service.WaitToOpenAsync(new SessionId(7), [Topic], CancellationToken.None);

    private static NUnit.Framework.Constraints.EqualConstraint<FailureReason> ThrowsReason(FailureReason reason) =>
        Throws.TypeOf<EndToEndKafkaException>().With.Property("Reason").EqualTo(reason);
}

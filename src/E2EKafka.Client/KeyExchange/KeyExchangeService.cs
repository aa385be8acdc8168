using System.Collections.Immutable;
using E2EKafka.Diagnostics;
using E2EKafka.Messages;
using E2EKafka.Records;
using Microsoft.Extensions.Logging;

namespace E2EKafka.KeyExchange;

/// <summary>Runs a <see cref="MemberEngine"/> over a control log, on one thread, and wakes the callers that wait for it, in order.</summary>
internal sealed class KeyExchangeService : IKeyRingSource, IAsyncDisposable
{
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(3);

    private readonly SteadyClock _clock;
    private readonly ILogger _log;
    private readonly MemberEngine _exchange;
    private readonly IControlLog _controlLog;
    private readonly ControlLoop _loop;
    private readonly ControlTopicJudge _topics;
    private readonly Waiters _waiters;
    private readonly MemberHealth _health;
    private readonly SendDeadlines _sendDeadlines;
    private volatile KeyRing? _stoppedRing;

    /// <param name="exchange">Makes the key exchange, given where it publishes to. This object disposes it.</param>
    /// <param name="controlLog">Makes the control log, given the sink and the member's identifier. This object disposes it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="sessionTimeout">How long a send waits for a session.</param>
    /// <param name="log">The log.</param>
    public KeyExchangeService(
        Func<Action<Publication>, MemberEngine> exchange, Func<IControlLogSink, string, IControlLog> controlLog,
        TimeProvider time, TimeSpan sessionTimeout, ILogger log)
    {
        _clock = new SteadyClock(time);
        _sendDeadlines = new SendDeadlines(_clock, sessionTimeout);
        _log = log;
        _topics = new ControlTopicJudge(log);

        // Before the control log, whose clients report from their first moment on.
        _loop = new ControlLoop("E2EKafka key exchange", Advance, Stopped, log);
        _waiters = new Waiters(_loop);
        _exchange = exchange(publication => _controlLog!.Publish(publication));
        _health = new MemberHealth(_exchange, log);
        Sink = new EngineInputs(_loop, _exchange, _health, _topics);
        try
        {
            _controlLog = controlLog(Sink, _exchange.Identifier);
        }
        catch
        {
            _exchange.Dispose();
            throw;
        }
    }

    public string Identifier => _exchange.Identifier;

    public EngineInputs Sink { get; }

    // The last ring of a key exchange that has stopped would go on to trust members that are revoked.
    public KeyRing Current => _stoppedRing ?? _exchange.Ring;

    /// <summary>Why the member is not ready; <see langword="null"/> if it is.</summary>
    public MemberFailure? NotReady => _health.NotReady;

    /// <summary>Whether the key exchange has ended on an error: only another process can go on.</summary>
    public bool HasStopped => _waiters.Stopped is not null;

    /// <summary>What the member's metrics show.</summary>
    public MemberGauges Gauges => _health.Gauges;

    /// <summary>What can be told of the member.</summary>
    public MemberReport Report => _exchange.Report;

    /// <summary>Connects and begins. Returns at once.</summary>
    /// <param name="produce">Topics to have sessions for before they are needed.</param>
    /// <param name="consume">Topics to have keys for before they are needed.</param>
    public void Start(IEnumerable<string> produce, IEnumerable<string> consume)
    {
        foreach (var topic in produce)
            _exchange.Produce(topic);
        foreach (var topic in consume)
            _exchange.Consume(topic);
        ReadWhatIsNeeded();
        _controlLog.Start();
        _loop.Start();
    }

    /// <summary>Waits until the member is ready.</summary>
    /// <exception cref="EndToEndKafkaException">It is not in time, or not without help, and why.</exception>
    public Task WaitUntilReadyAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        _waiters.Wait(new Waiter(
            _clock.Now + timeout,
            () => NotReady is null,
            () => NotReady is { } failure && (failure.Reason.Kind() != FailureKind.Transient || _exchange.CannotEnroll) ? failure : null,
            () => NotReady)).WaitAsync(cancellationToken);

    /// <summary>Waits until the member is ready, or the time is over.</summary>
    /// <exception cref="EndToEndKafkaException">This process will never be ready, and why.</exception>
    public Task WaitToStartAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        _waiters.Wait(new Waiter(
            _clock.Now + timeout,
            () => NotReady is null,
            () => NotReady is { } failure && (!MemberHealth.CanHeal(failure.Reason) || _exchange.CannotEnroll) ? failure : null,
            static () => null)).WaitAsync(cancellationToken);

    public void RequestSuccessor(string topic) => _loop.Nudge();

    public Task WaitToSendAsync(string topic)
    {
        _loop.Post(() =>
        {
            _exchange.Produce(topic);
            ReadWhatIsNeeded();
        });

        return _waiters.Wait(new Waiter(
            _sendDeadlines.Of(topic),
            HasSession,
            () => Failure() is { } failure && failure.Reason.Kind() != FailureKind.Transient ? failure : null,
            Failure));

        bool HasSession()
        {
            if (View() is not { Current: not null })
                return false;

            _sendDeadlines.Met(topic);
            return true;
        }

        SendingTopic? View() => Current.Failure is null && Current.Sending.TryGetValue(topic, out var view) ? view : null;

        MemberFailure? Failure() =>
            _waiters.Stopped ?? Current.Failure ?? View()?.Failure ?? new MemberFailure(FailureReason.SessionNotReady, $"There is no session for '{topic}' yet.");
    }

    public async Task<bool> WaitToOpenAsync(SessionId session, IReadOnlyList<string> topics, CancellationToken cancellationToken)
    {
        // Whatever was announced by now lies before an end that is asked for from now on.
        var unread = topics.Count;
        var isAnnounced = false;
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var isOver = wait.Token;
        _loop.Post(() =>
        {
            foreach (var topic in topics)
            {
                _exchange.Consume(topic);
                _exchange.Hurry(session, topic);
                _exchange.AfterLook(topic, () =>
                {
                    unread--;
                    _exchange.Hurry(session, topic);
                }, isOver);
            }

            ReadWhatIsNeeded();
        });
        try
        {
            await _waiters.Wait(new Waiter(DateTimeOffset.MaxValue, IsDone, Refusal, static () => null, cancellationToken)).ConfigureAwait(false);
            return isAnnounced;
        }
        finally
        {
            await wait.CancelAsync().ConfigureAwait(false);
        }

        bool IsDone()
        {
            // A member whose credential has ended opens what it has the key of.
            if (Current.Failure is { } failure && !(failure.Reason == FailureReason.CredentialExpired && topics.Count > 0))
                return false;

            var found = Current.Sessions.TryGetValue(session, out var known) && topics.Contains(known.Statement.Topic) ? known : null;
            isAnnounced = found is not null;
            return isAnnounced ? found!.Keys is not null || found.Refusal is not null : unread == 0;
        }

        MemberFailure? Refusal() => Current.Failure is { } failure && failure.Reason.Kind() != FailureKind.Transient ? failure : null;
    }

    /// <summary>Has the identity key replaced, and waits until it is.</summary>
    public Task RotateIdentityAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        _loop.Post(_exchange.RotateIdentity);
        return _waiters.Wait(new Waiter(
            _clock.Now + timeout,
            () => !_exchange.IsRotatingIdentity && _exchange.RotationRefusal is null,
            () => _exchange.RotationRefusal ?? (Current.Failure is { } failure && failure.Reason.Kind() != FailureKind.Transient ? failure : null),
            () => new MemberFailure(FailureReason.NotReady,
                "The authority has not issued a credential for the new identity key yet. The old one stays in use until it does."))).WaitAsync(cancellationToken);
    }

    /// <summary>Takes the member's key package back, so that nothing is sealed to it any more. Waits for the broker, but not for long.</summary>
    public async Task LeaveAsync()
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_loop.Post(() => _exchange.Leave(left.SetResult)))
            return;

        try
        {
            await left.Task.WaitAsync(LeaveTimeout).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            _log.LeftUnheard(Identifier);
        }
    }

    /// <summary>What the member has.</summary>
    /// <param name="refusals">The messages that it has refused.</param>
    /// <exception cref="EndToEndKafkaException">The key exchange has stopped, and why.</exception>
    public Task<MemberStatus> GetStatusAsync(RefusalCounts refusals)
    {
        var status = new TaskCompletionSource<MemberStatus>(TaskCreationOptions.RunContinuationsAsynchronously);
        return _loop.Post(Get) ? status.Task : throw (_waiters.Stopped ?? Waiters.Disposed).ToException();

        void Get()
        {
            if (_waiters.Stopped is { } stopped)
            {
                status.SetException(stopped.ToException());
                return;
            }

            var own = _exchange.Report.StatusOf(_exchange.Ring);
            status.SetResult(own with
            {
                Problem = NotReady is { } failure ? new StatusProblem(failure.Reason, failure.Message) : null,
                Warning = Gauges.Warning,
                Control = [.. _exchange.Partitions.Zip(own.Control, (partition, shown) => shown with { End = _health.EndOf(partition) })],
                Refused = refusals.ToList(),
            });
        }
    }

    /// <inheritdoc cref="MemberEngine.DiscardSessions"/>
    public Task DiscardSessionsAsync() => Sink.DiscardSessionsAsync();

    public async ValueTask DisposeAsync()
    {
        // The loop first: it uses the control log.
        _loop.Dispose();
        await _controlLog.DisposeAsync().ConfigureAwait(false);
        var failed = HasStopped;
        Stopped(new ObjectDisposedException("EndToEndKafka"));
        if (!failed)
            _exchange.WriteCheckpoint();
        _exchange.Dispose();
    }

    private void Advance()
    {
        _exchange.TopicRefusal = _topics.Judge(_exchange.Project).Refusal;
        _exchange.Advance();
        ReadWhatIsNeeded();
        foreach (var partition in _exchange.BeginLooks())
            _controlLog.Look(partition);
        foreach (var (partition, from) in _exchange.Inbox.BeginAgain())
            _controlLog.ReadAgain(partition, from);
        _health.Update(_topics.Verdict.Warning);
        _waiters.Wake(_clock.Now, _health.Explain);
    }

    private void ReadWhatIsNeeded()
    {
        // The authority's topic first: what members sign is judged by it, and would wait.
        foreach (var partition in _exchange.Partitions.Where(partition => partition == ControlPartition.Authority || _exchange.HasReadAuthority))
            _controlLog.Read(partition, _exchange.StartOf(partition));
        foreach (var topic in _exchange.Produced)
            _controlLog.WatchDataTopic(topic);
    }

    private void Stopped(Exception exception)
    {
        var stopped = exception is EndToEndKafkaException known ? new MemberFailure(known.Reason, known.Message)
            : exception is ObjectDisposedException ? Waiters.Disposed
            : new MemberFailure(FailureReason.NotReady, $"The key exchange has stopped ({exception.GetType().Name}). Restart the process; the log has the cause.");
        _stoppedRing = _exchange.Ring with { Failure = stopped, Sending = ImmutableDictionary<string, SendingTopic>.Empty };
        _health.Stop(stopped);
        _waiters.Stop(stopped);
    }
}

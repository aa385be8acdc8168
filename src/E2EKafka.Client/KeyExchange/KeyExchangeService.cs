using System.Collections.Concurrent;
using System.Collections.Immutable;
using E2EKafka.Diagnostics;
using E2EKafka.Messages;
using E2EKafka.Records;
using Microsoft.Extensions.Logging;

namespace E2EKafka.KeyExchange;

/// <summary>Runs a <see cref="MemberEngine"/> over a control log, on one thread, and wakes the callers that wait for it, in order.</summary>
internal sealed class KeyExchangeService : IKeyRingSource, IControlLogSink, IAsyncDisposable
{
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(3);

    /// <summary>The largest lag of a partition in the metrics. A broker may name any end, and the sum must not overflow.</summary>
    private const long MaxLag = 1L << 40;

    private readonly SteadyClock _clock;
    private readonly TimeSpan _sessionTimeout;
    private readonly ILogger _log;
    private readonly MemberEngine _exchange;
    private readonly IControlLog _controlLog;
    private readonly ControlLoop _loop;
    private readonly ControlTopicJudge _topics;
    private readonly LinkedList<Waiter> _waiters = new();
    private readonly Dictionary<ControlPartition, long> _ends = [];
    private readonly ConcurrentDictionary<string, DateTimeOffset> _sendDeadlines = new(StringComparer.Ordinal);
    private volatile MemberFailure? _problem;
    private volatile MemberFailure? _stopped;
    private volatile KeyRing? _stoppedRing;
    private volatile MemberGauges _gauges = new(IsReady: false, null, null, 0, 0, ImmutableDictionary<RecordProblem, long>.Empty);
    private bool _wasReady;

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
        _sessionTimeout = sessionTimeout;
        _log = log;
        _topics = new ControlTopicJudge(log);

        // Before the control log, whose clients report from their first moment on.
        _loop = new ControlLoop("E2EKafka key exchange", Advance, Stopped, log);
        _exchange = exchange(publication => _controlLog!.Publish(publication));
        try
        {
            _controlLog = controlLog(this, _exchange.Identifier);
        }
        catch
        {
            _exchange.Dispose();
            throw;
        }
    }

    public string Identifier => _exchange.Identifier;

    // The last ring of a key exchange that has stopped would go on to trust members that are revoked.
    public KeyRing Current => _stoppedRing ?? _exchange.Ring;

    private static MemberFailure Disposed { get; } = new(FailureReason.NotReady, "This member was disposed. Dispose it after its producers and consumers.");

    /// <summary>Why the member is not ready; <see langword="null"/> if it is.</summary>
    public MemberFailure? NotReady { get; private set; } = new(FailureReason.NotReady, "The member is starting.");

    /// <summary>Whether the key exchange has ended on an error: only another process can go on.</summary>
    public bool HasStopped => _stopped is not null;

    /// <summary>What the member's metrics show.</summary>
    public MemberGauges Gauges => _gauges;

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
        Wait(new Waiter(
            _clock.Now + timeout,
            () => NotReady is null,
            () => NotReady is { } failure && (failure.Reason.Kind() != FailureKind.Transient || _exchange.CannotEnroll) ? failure : null,
            () => NotReady)).WaitAsync(cancellationToken);

    /// <summary>Waits until the member is ready, or the time is over.</summary>
    /// <exception cref="EndToEndKafkaException">This process will never be ready, and why.</exception>
    public Task WaitToStartAsync(TimeSpan timeout, CancellationToken cancellationToken) =>
        Wait(new Waiter(
            _clock.Now + timeout,
            () => NotReady is null,
            () => NotReady is { } failure && (!CanHeal(failure.Reason) || _exchange.CannotEnroll) ? failure : null,
            static () => null)).WaitAsync(cancellationToken);

    // What an operator repairs on Kafka, or the project's owner in the document, ends without a restart.
    private static bool CanHeal(FailureReason reason) =>
        reason.Kind() == FailureKind.Transient || reason is FailureReason.KafkaAccessDenied or FailureReason.ControlTopicMissing or FailureReason.ControlTopicMisconfigured
            or FailureReason.ProjectInvalid or FailureReason.AlgorithmNotAvailable;

    public void RequestSuccessor(string topic) => _loop.Nudge();

    public Task WaitToSendAsync(string topic)
    {
        _loop.Post(() =>
        {
            _exchange.Produce(topic);
            ReadWhatIsNeeded();
        });

        // Those who wait at the same time are told at the same time.
        var now = _clock.Now;
        var deadline = _sendDeadlines.AddOrUpdate(topic, now + _sessionTimeout, (_, known) => known > now && known <= now + _sessionTimeout ? known : now + _sessionTimeout);
        return Wait(new Waiter(
            deadline,
            HasSession,
            () => Failure() is { } failure && failure.Reason.Kind() != FailureKind.Transient ? failure : null,
            Failure));

        bool HasSession()
        {
            if (View() is not { Current: not null })
                return false;

            _sendDeadlines.TryRemove(topic, out _);
            return true;
        }

        SendingTopic? View() => Current.Failure is null && Current.Sending.TryGetValue(topic, out var view) ? view : null;

        MemberFailure? Failure() =>
            _stopped ?? Current.Failure ?? View()?.Failure ?? new MemberFailure(FailureReason.SessionNotReady, $"There is no session for '{topic}' yet.");
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
            await Wait(new Waiter(DateTimeOffset.MaxValue, IsDone, Refusal, static () => null, cancellationToken)).ConfigureAwait(false);
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
        return Wait(new Waiter(
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
        return _loop.Post(Get) ? status.Task : throw (_stopped ?? Disposed).ToException();

        void Get()
        {
            if (_stopped is { } stopped)
            {
                status.SetException(stopped.ToException());
                return;
            }

            var own = _exchange.GetStatus();
            status.SetResult(own with
            {
                Problem = NotReady is { } failure ? new StatusProblem(failure.Reason, failure.Message) : null,
                Warning = _gauges.Warning,
                Control = [.. _exchange.Partitions.Zip(own.Control, (partition, shown) => shown with { End = EndOf(partition) })],
                Refused = refusals.ToList(),
            });
        }
    }

    /// <summary>Drops all sessions of this process.</summary>
    public Task DiscardSessionsAsync()
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return _loop.Post(Discard) ? done.Task : Task.CompletedTask;

        void Discard()
        {
            try
            {
                _exchange.DiscardSessions();
                _exchange.Advance();
            }
            finally
            {
                done.SetResult();
            }
        }
    }

    // What is too large for any record is not kept until its turn comes.
    void IControlLogSink.Received(ControlRecord record)
    {
        var received = record.Value.Length > Jws.MaxSize ? record with { Value = default } : record;
        _loop.Post(() => _exchange.Receive(received), received.Value.Length);
    }

    void IControlLogSink.ReadingAgain(ControlPartition partition, long from) => _loop.Post(() => _exchange.ReadingAgain(partition, from));

    void IControlLogSink.CaughtUp(ControlPartition partition, long offset) => _loop.Post(() =>
    {
        _ends[partition] = offset;
        _exchange.CaughtUp(partition, offset);
    });

    void IControlLogSink.HighWatermarkFound(ControlPartition partition, long offset) => _loop.Post(() =>
    {
        _ends[partition] = offset;
        if (_exchange.PositionOf(partition) == offset)
            _exchange.CaughtUp(partition);
    });

    void IControlLogSink.LogStartFound(ControlPartition partition, long offset) => _loop.Post(() => _exchange.LogStartFound(partition, offset));

    void IControlLogSink.LookFound(ControlPartition partition, long? end) => _loop.Post(() => _exchange.LookFound(partition, end));

    void IControlLogSink.Written(Publication publication, Acknowledgement acknowledgement) => _loop.Post(() => publication.Completed(acknowledgement));

    void IControlLogSink.Problem(MemberFailure? problem)
    {
        _problem = problem;
        _loop.Nudge();
    }

    void IControlLogSink.TopicsFound(ControlTopicFacts facts) => _loop.Post(() => _exchange.TopicsFound(_topics.Found(facts)));

    Task IControlLogSink.AdvanceAsync() => _loop.AdvanceAsync();

    public async ValueTask DisposeAsync()
    {
        // The loop first: it uses the control log.
        _loop.Dispose();
        await _controlLog.DisposeAsync().ConfigureAwait(false);
        var failed = _stopped is not null;
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
        foreach (var (partition, from) in _exchange.BeginAgain())
            _controlLog.ReadAgain(partition, from);
        NotReady = _exchange.IsReady ? _problem : Combine(Current.Failure);
        Measure();
        if (NotReady is null != _wasReady)
        {
            _wasReady = !_wasReady;
            if (_wasReady)
                _log.Ready(Identifier, Current.Project.Id);
            else
                _log.NotReady(Identifier, NotReady!.Reason, NotReady.Message);
        }

        WakeWaiters();
    }

    private void Measure()
    {
        var credential = _exchange.Credential;
        var wasOverdue = _gauges.RenewalOverdueSince is not null;
        _gauges = new MemberGauges(
            NotReady is null,
            credential?.ExpiresAt,
            _exchange.RenewalOverdueSince,
            _exchange.MissingKeys,
            _exchange.Partitions.Sum(partition => EndOf(partition) is { } end ? Math.Clamp(end - _exchange.PositionOf(partition), 0, MaxLag) : 0),
            _exchange.Skipped.ToImmutableDictionary(),
            Join(Join(_topics.Verdict.Warning, _exchange.ClockWarning), _exchange.VaultWarning));
        if (_gauges.RenewalWarning is { } warning && !wasOverdue)
            _log.RenewalOverdue(warning);
    }

    private static string? Join(string? first, string? second) => first is null ? second : second is null ? first : $"{first} {second}";

    private long? EndOf(ControlPartition partition) => _ends.TryGetValue(partition, out var end) ? end : null;

    // A transient failure is explained by what is wrong with Kafka. A refusal by the project is its own explanation.
    private MemberFailure Combine(MemberFailure? failure) =>
        failure is not null && failure.Reason.Kind() != FailureKind.Transient ? failure
        : _problem is { } problem ? failure is { Reason: FailureReason.SessionNotReady } ? problem with { Message = $"{failure.Message} {problem.Message}" } : problem
        : failure ?? new MemberFailure(FailureReason.NotReady, "Keys and sessions for the declared topics are being exchanged.");

    private void ReadWhatIsNeeded()
    {
        // The authority's topic first: what members sign is judged by it, and would wait.
        foreach (var partition in _exchange.Partitions.Where(partition => partition == ControlPartition.Authority || _exchange.HasReadAuthority))
            _controlLog.Read(partition, _exchange.StartOf(partition));
    }

    private Task Wait(Waiter waiter)
    {
        if (!_loop.Post(Add))
            waiter.Fail(_stopped ?? Disposed);
        return waiter.Task;

        void Add()
        {
            if (_stopped is { } stopped)
                waiter.Fail(stopped);
            else
                _waiters.AddLast(waiter);
        }
    }

    private void WakeWaiters()
    {
        var now = _clock.Now;
        for (var node = _waiters.First; node is not null;)
        {
            var next = node.Next;
            if (node.Value.TryWake(now, Combine))
                _waiters.Remove(node);
            node = next;
        }
    }

    private void Stopped(Exception exception)
    {
        var stopped = exception switch
        {
            EndToEndKafkaException known => new MemberFailure(known.Reason, known.Message),
            ObjectDisposedException => Disposed,
            _ => new MemberFailure(FailureReason.NotReady, $"The key exchange has stopped ({exception.GetType().Name}). Restart the process; the log has the cause."),
        };
        _stopped = stopped;
        _stoppedRing = _exchange.Ring with { Failure = stopped, Sending = ImmutableDictionary<string, SendingTopic>.Empty };
        NotReady = stopped;
        foreach (var waiter in _waiters)
            waiter.Fail(stopped);
        _waiters.Clear();
    }
}

using E2EKafka.Diagnostics;
using E2EKafka.KeyExchange;
using E2EKafka.Messages;
using E2EKafka.Records;
using Microsoft.Extensions.Logging;

namespace E2EKafka.Authority;

/// <summary>Runs a <see cref="ProjectAuthority"/> over a control log, on one thread.</summary>
internal sealed class AuthorityService : IControlLogSink, IAsyncDisposable
{
    /// <summary>How many requests are kept until the authority serves. The senders of others ask again.</summary>
    private const int MaxEarly = 1_000;

    private readonly ProjectAuthority _authority;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly IControlLog _controlLog;
    private readonly ControlLoop _loop;
    private readonly List<Jws> _early = [];
    private readonly List<Action> _earlyChanges = [];
    private readonly RequestAnswers _answers;
    private readonly LogStarts _heads;
    private readonly AuthorityOutbox _outbox;
    private readonly AuthorityRepublication _republication;
    private readonly BrokerClock _clock;
    private readonly TaskCompletionSource _serving = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ControlTopicJudge _topics;
    private readonly TaskCompletionSource<MemberFailure> _unfit = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile MemberFailure? _problem;
    private volatile MemberFailure? _clockFailure;
    private bool _hasRead;
    private bool _recovered;

    public AuthorityService(ProjectAuthority authority, Func<IControlLogSink, IControlLog> controlLog, TimeProvider time, ILogger log)
    {
        _authority = authority;
        _time = time;
        _log = log;
        _topics = new ControlTopicJudge(log);
        var steady = new SteadyClock(time);
        _clock = new BrokerClock(time, steady, authority.Document.IsDevelopment, log);
        _heads = new LogStarts(steady, static (_, _) => { });
        _outbox = new AuthorityOutbox(steady, _clock, publication => _controlLog!.Publish(publication));
        _answers = new RequestAnswers(authority, _outbox, steady, log);
        _republication = new AuthorityRepublication(authority, _outbox, time, steady);

        // Before the control log, whose clients report from their first moment on.
        _loop = new ControlLoop("E2EKafka authority", Advance, Stopped, log);
        _controlLog = controlLog(this);
    }

    /// <summary>Why requests are not answered now; <see langword="null"/> if they are.</summary>
    public MemberFailure? NotServing =>
        Ended is { } ended ? new MemberFailure(ended.Reason, ended.Message)
        : _topics.Verdict.Refusal ?? _problem ?? _answers.VaultFailure ?? (_serving.Task.IsCompletedSuccessfully ? _clockFailure : _clockFailure ?? NotRead);

    /// <summary>What is wrong with the control topics, where it does not keep the authority from answering.</summary>
    public string? Warning => _topics.Verdict.Warning;

    /// <summary>Why it has stopped answering for good; <see langword="null"/> while it runs.</summary>
    public EndToEndKafkaException? Ended => _ended.Task.Exception?.InnerException as EndToEndKafkaException;

    private static MemberFailure NotRead { get; } = new(FailureReason.NotReady,
        "The authority has not read its control topic to the end yet. Check that the broker can be reached.");

    public void Start()
    {
        _controlLog.Read(ControlPartition.Authority, from: 0);
        _controlLog.Read(ControlPartition.Requests, from: 0);
        _controlLog.Start();
        _loop.Start();
    }

    /// <exception cref="EndToEndKafkaException">Not in time, and why.</exception>
    public async Task WaitUntilServingAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        try
        {
            var first = await Task.WhenAny(_serving.Task, _unfit.Task).WaitAsync(timeout, _time, cancellationToken).ConfigureAwait(false);
            if (first == _unfit.Task)
                throw (await _unfit.Task.ConfigureAwait(false)).ToException();

            await first.ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw (NotServing ?? NotRead).ToException();
        }
    }

    /// <summary>
    /// Has the authority change something, once it has read what it published before, and publishes that. A change by a vault that was restored
    /// from a backup would undo what the vault has forgotten.
    /// </summary>
    /// <returns>When the document in force is durable on Kafka.</returns>
    public async Task ChangeAsync(Action change, CancellationToken cancellationToken)
    {
        var durable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        // The application's log scopes, which may say who its caller is, hold for what is logged of the change.
        var caller = ExecutionContext.Capture();
        _loop.Post(() =>
        {
            if (IsReadyToChange)
                Change();
            else
                _earlyChanges.Add(Change);
        });
        var first = await Task.WhenAny(durable.Task, _ended.Task).WaitAsync(cancellationToken).ConfigureAwait(false);
        await first.ConfigureAwait(false);

        void Change()
        {
            try
            {
                // What it signs now would be dated by the wrong clock. Its caller finds the same reason in NotServing.
                _clockFailure = _clock.Failure;
                if (_clockFailure is { } failure)
                    throw failure.ToException();

                if (caller is null)
                    change();
                else
                    ExecutionContext.Run(caller, static change => ((Action)change!)(), change);
            }
            catch (Exception e) when (e is EndToEndKafkaException or ArgumentException)
            {
                durable.TrySetException(e);
                return;
            }

            // What was so before is published all the same: the caller is told when Kafka has it.
            var changes = _authority.TakeUnpublished();
            _outbox.Publish(changes.Count > 0 ? changes : [_authority.Document.Record], () => durable.TrySetResult());
        }
    }

    /// <summary>As <see cref="ChangeAsync"/>, with a policy that Kafka keeps announcements long enough for.</summary>
    public Task SetPolicyAsync(Policy policy, CancellationToken cancellationToken) => ChangeAsync(
        () =>
        {
            _topics.Require(policy, _authority.Document);
            _authority.SetPolicy(policy);
        },
        cancellationToken);

    void IControlLogSink.Received(ControlRecord record)
    {
        if (record.HasBadTimestamp)
        {
            _log.RecordSkipped(record.Partition.Topic, record.Partition.Partition, RecordProblem.BadTimestamp);
            return;
        }

        if (Jws.TryParse(record.Value.Span) is not { } jws)
            return;

        if (record.Partition == ControlPartition.Authority)
            _loop.Post(() => Recover(jws), record.Value.Length);
        else if (jws.Type == RecordTypes.AuthorityRequest && !(_time.GetUtcNow() - record.Timestamp > RecordClock.MaxDelay))
            _loop.Post(() => Answer(jws), record.Value.Length);
    }

    void IControlLogSink.CaughtUp(ControlPartition partition, long offset)
    {
        if (partition == ControlPartition.Authority)
            _loop.Post(() =>
            {
                _hasRead = true;
                _republication.ReadTo(offset);
            });
    }

    void IControlLogSink.LogStartFound(ControlPartition partition, long offset)
    {
        if (partition == ControlPartition.Authority)
            _loop.Post(() => _republication.LogStartFound(offset));
    }

    void IControlLogSink.Written(Publication publication, Acknowledgement acknowledgement) => _loop.Post(() => publication.Completed(acknowledgement));

    void IControlLogSink.Problem(MemberFailure? problem) => _problem = problem;

    void IControlLogSink.TopicsFound(ControlTopicFacts facts) => _loop.Post(() =>
    {
        if (_heads.FindRecreated(_topics.Found(facts), _authority.Document.Control).Contains(ControlTopicKind.Authority))
            _republication.Recreated();
    });

    Task IControlLogSink.AdvanceAsync() => _loop.AdvanceAsync();

    public async ValueTask DisposeAsync()
    {
        // The loop first: it uses the control log.
        _loop.Dispose();
        await _controlLog.DisposeAsync().ConfigureAwait(false);
        Stopped(new ObjectDisposedException("CredentialAuthority"));
    }

    private void Recover(Jws own)
    {
        if (_recovered)
            _authority.Watch(own);
        else
            _authority.Recover(own);
    }

    // It has read what it published before, and knows whether its clock is right.
    private bool IsReadyToChange => _recovered ? _clock.Failure is not { Reason: FailureReason.NotReady } : _hasRead && _clock.Failure is { Reason: not FailureReason.NotReady };

    // Not before all was read: a vault restored from a backup would forget ticket uses, serials and documents. And what it takes over it may
    // have to sign again, which a wrong clock must not date.
    private void EndRecovery()
    {
        if (_recovered || !_hasRead || _clock.Failure is not null)
            return;

        _authority.EndRecovery();
        _recovered = true;
    }

    private void DoWhatCameEarly()
    {
        if (!IsReadyToChange || _earlyChanges.Count + _early.Count == 0)
            return;

        _earlyChanges.ForEach(change => change());
        _earlyChanges.Clear();
        foreach (var request in _early)
            Answer(request);
        _early.Clear();
    }

    private void Answer(Jws request)
    {
        // What others said may be erased there, so no request is answered. Members ask again.
        if (_topics.Verdict.Refusal is not null)
            return;

        if (!IsReadyToChange)
        {
            if (_early.Count < MaxEarly)
                _early.Add(request);
        }
        else if (_clock.Failure is null)
        {
            _answers.Answer(request);
        }
    }

    private void Advance()
    {
        _clock.Look();
        _outbox.Write();
        if (_topics.Judge(_authority.Document).Refusal is { } refusal)
        {
            _unfit.TrySetResult(refusal);
            return;
        }

        EndRecovery();
        if (_hasRead && !(_recovered && _republication.Advance()))
            Probe();
        DoWhatCameEarly();
        _clockFailure = _clock.Failure;
        if (_republication.IsDone && _clockFailure is null && _serving.TrySetResult())
            _log.AuthorityServes(_authority.Document.Id);
    }

    // The document says nothing new. It is what this authority may write at any time.
    private void Probe()
    {
        if (_clock.IsProbeDue && _outbox.IsEmpty)
            _outbox.Publish([_authority.Document.Record], static () => { });
    }

    private void Stopped(Exception exception)
    {
        var failure = exception as EndToEndKafkaException ??
            new EndToEndKafkaException(FailureReason.NotReady, $"The authority has stopped ({exception.GetType().Name}). Restart it; the log has the cause.");
        _serving.TrySetException(failure);
        _ended.TrySetException(failure);

        // There may be no waiting caller, and that is no fault.
        _ = _serving.Task.Exception;
        _ = _ended.Task.Exception;
    }
}

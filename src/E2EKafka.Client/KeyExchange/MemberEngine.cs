using System.Collections.Immutable;
using E2EKafka.Diagnostics;
using E2EKafka.Membership;
using E2EKafka.Messages;
using E2EKafka.Records;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace E2EKafka.KeyExchange;

/// <summary>
/// One member's part in the project: takes control records and the passing of time, gives control records to publish and a
/// key ring to read. Touches no Kafka, starts no thread and reads no clock but its own, so that a simulation can drive many of
/// them. For one thread, except <see cref="Ring"/>.
/// </summary>
internal sealed class MemberEngine : IDisposable
{
    private readonly Member _member;
    private readonly CredentialRenewal _renewal;
    private readonly KeyPackages _ownPackages;
    private readonly PackageDirectory _packages = new();
    private readonly SessionStore _store;
    private readonly KeyGranter _granter;
    private readonly KeyRequester _requester;
    private readonly OwnAnnouncements _announcements;
    private readonly LostRecords _lost;
    private readonly ControlRecordJudge _records;
    private readonly ControlInbox _inbox;
    private readonly Readiness _readiness;
    private readonly CheckpointPositions _positions;
    private readonly CheckpointPruning _pruning;
    private readonly SendingTopics _senders;
    private readonly ConsumedTopics _consumed = new();
    private readonly ControlPartitions _partitions;
    private KeyRing _ring;

    /// <param name="project">The project document that the member was given.</param>
    /// <param name="ticket">What to enroll with, if it is not enrolled.</param>
    /// <param name="vault">Where the member keeps its secrets. The caller disposes it, afterwards.</param>
    /// <param name="time">The clock.</param>
    /// <param name="lifetimes">How long keys live.</param>
    /// <param name="publish">Takes what is to be written. Called on the thread that calls this object.</param>
    /// <param name="log">The log.</param>
    /// <param name="noTicket">Why there is no ticket, where there is none, and what to do.</param>
    /// <param name="audit">The log of audit events. Default: none.</param>
    /// <exception cref="EndToEndKafkaException">The vault is damaged, or of another project's member.</exception>
    public MemberEngine(
        ProjectDocument project, EnrollmentTicket? ticket, IVaultStore vault, TimeProvider time, KeyLifetimes lifetimes,
        Action<Publication> publish, ILogger log, string? noTicket = null, ILogger? audit = null)
    {
        if (project.AlgorithmProblem is { } problem)
            throw new EndToEndKafkaException(FailureReason.AlgorithmNotAvailable, problem);

        // By the vault itself, so that what is wrong with it names its file.
        MemberIdentity.Verify(vault);
        var steady = new SteadyClock(time);
        var patient = new RetryingVault(vault, steady, log);
        var identity = MemberIdentity.LoadOrCreate(patient, project.Id);
        patient.ThrowIfBehind();
        var directory = new MemberDirectory(project);
        if (StoredDocument.Read(patient) is { } document)
            directory.Observe(document);

        _member = new Member(identity, directory, patient, steady, time, lifetimes, publish, log, audit ?? NullLogger.Instance);
        _ownPackages = new KeyPackages(_member);
        _store = new SessionStore(_member, _consumed);
        _granter = new KeyGranter(_member, _packages, _store);
        _requester = new KeyRequester(_member, _packages, _store, _ownPackages);
        _announcements = new OwnAnnouncements(_member, _store);
        _senders = new SendingTopics(topic => new SessionRotation(_member, _store, _granter, _inbox!, topic));
        var sessionPartitions = new SessionPartitions(_member, _consumed, _senders.Names);
        var starts = new LogStarts(steady, _member.Checkpoint.Keep);
        _renewal = new CredentialRenewal(_member, ticket, noTicket, () => _announcements.AreSignedByNextKey);
        _records = new ControlRecordJudge(_member, _renewal, _ownPackages, _packages, _store, _granter, _requester, _announcements, sessionPartitions) { HasRead = HasRead };
        _inbox = new ControlInbox(_records.Judge, (record, conclusion) => Report!.Concluded(record, conclusion));
        _partitions = new ControlPartitions(_member, _consumed, sessionPartitions, _store, _inbox);
        Report = new MemberReport(_member, _renewal, _ownPackages, _senders, _store, _requester, _partitions);
        _lost = new LostRecords(_member, starts, _ownPackages, _announcements, _inbox, _partitions);
        _inbox.Recreated = _lost.Recreated;

        // At once, and not when the records behind it are read: the next message must not go to a member that was revoked.
        directory.Lost = _senders.Lose;
        directory.Advanced = ProjectChanged;
        _readiness = new Readiness(_member, _renewal, _records, _inbox);
        _positions = new CheckpointPositions(_member, _inbox);
        _pruning = new CheckpointPruning(_member);
        if (patient.Unreadable.Count > 0)
            log.VaultEntriesUnreadable(patient.Unreadable.Count, string.Join(", ", patient.Unreadable.Take(5)));
        new CheckpointRestore(_member, _ownPackages, _packages, _store, _requester, _announcements, sessionPartitions, starts, _inbox).Restore();
        _ring = new KeyRing(directory.Project, Readiness.NotRead, ImmutableDictionary<string, SendingTopic>.Empty, _store.Openable);
    }

    /// <summary>The newest snapshot. Any thread may read it.</summary>
    public KeyRing Ring => Volatile.Read(ref _ring);

    public string Identifier => _member.Identifier;

    public Credential? Credential => _member.Credential;

    public ProjectDocument Project => _member.Directory.Project;

    /// <summary>What can be told of this member.</summary>
    public MemberReport Report { get; }

    /// <summary>The partitions that this member reads.</summary>
    public IEnumerable<ControlPartition> Partitions => _partitions.All;

    /// <summary>
    /// Why the member is not ready; <see langword="null"/> if it is: it has its credential, has read what it must, and has a session or a reason
    /// for each topic that it produces to.
    /// </summary>
    public MemberFailure? NotReady => _ring.Failure ??
        (_consumed.All.Count > 0 ? _ownPackages.Awaited : null) ??
        (_senders.Awaited is { } awaited ? awaited with { Reason = FailureReason.NotReady } : null);

    /// <summary>Whether it is not enrolled and nothing that could change that is under way.</summary>
    public bool CannotEnroll => _renewal.HasNothingToEnrollWith && HasRead(ControlPartition.Authority);

    /// <summary>Why the control topics are not fit for this member to go on; <see langword="null"/> if they are.</summary>
    public MemberFailure? TopicRefusal { set => _readiness.TopicRefusal = value; }

    /// <summary>Why the messages of a session are refused under the policy in force; <see langword="null"/> if they are not.</summary>
    public FailureReason? Judge(SessionStatement session) => _store.Find(SessionRef.Of(session)) is { } known ? _store.RefusalOf(known) : null;

    /// <summary>This member sends to a topic from now on.</summary>
    public void Produce(string topic) => _senders.Add(topic);

    /// <summary>The topics that this member sends to.</summary>
    public IReadOnlyCollection<string> Produced => _senders.Names;

    /// <summary>This member reads a topic from now on.</summary>
    public void Consume(string topic)
    {
        if (!_consumed.IsRefused(topic))
            return;

        _member.Log.TopicNotSealedTo(topic, KeyPackage.MaxTopics);
        _store.JudgeAgain();
    }

    /// <summary>Has something done when the announcements for a topic were read to an end that is asked for from now on.</summary>
    public void AfterLook(string topic, Action done, CancellationToken cancellationToken) => _inbox.AfterLook(_partitions.SessionsOf(topic), done, cancellationToken);

    /// <summary>The application waits for the key of a session.</summary>
    public void Hurry(SessionId session, string topic) => _requester.Hurry(new SessionRef(topic, session));

    /// <summary>Has the identity key replaced, as soon as the authority has agreed.</summary>
    public void RotateIdentity() => _renewal.RotateIdentity();

    /// <summary>Whether an identity key waits for the authority's agreement.</summary>
    public bool IsRotatingIdentity => _member.Identity.NextKey is not null;

    /// <summary>Why the authority did not agree to the last one.</summary>
    public MemberFailure? RotationRefusal => _renewal.RotationRefusal;

    /// <summary>Drops all sessions of this process. Each topic gets another before its next message.</summary>
    public void DiscardSessions() => _senders.Discard();

    /// <summary>How far the control log was read and judged.</summary>
    public ControlInbox Inbox => _inbox;

    /// <summary>Where to begin to read a partition.</summary>
    public long StartOf(ControlPartition partition) => _partitions.StartOf(partition);

    /// <summary>A partition has been read to its end, as of now.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="end">The offset behind its last record, if that is to be remembered.</param>
    public void CaughtUp(ControlPartition partition, long? end = null) => _inbox.CaughtUp(partition, _member.Now, end);

    /// <summary>Whether the authority's topic was read to its end once, and what it says is whole.</summary>
    public bool HasReadAuthority => HasRead(ControlPartition.Authority) && !_member.Directory.LacksRevocations;

    /// <summary>Takes the next record of a partition. Anything may come: what is not valid is counted and skipped.</summary>
    public void Receive(in ControlRecord record) => _inbox.Receive(record);

    /// <summary>The partitions whose ends are to be asked for now. Each is to be answered with <see cref="LookFound"/>.</summary>
    public IReadOnlyList<ControlPartition> BeginLooks() => _inbox.BeginLooks(_member.Steady.Now);

    /// <summary>Kafka has said where a partition ends that a look asked for.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="end">The offset behind its last record; <see langword="null"/> if Kafka did not say.</param>
    public void LookFound(ControlPartition partition, long? end)
    {
        if (end is { } offset)
            _inbox.LookFound(partition, offset);
        else
            _inbox.LookFailed(partition);
    }

    /// <inheritdoc cref="LostRecords.LogStartFound"/>
    public void LogStartFound(ControlPartition partition, long start) => _lost.LogStartFound(partition, start);

    /// <summary>Kafka has shown the control topics, and the data topics that this member sends to.</summary>
    public void TopicsFound(ControlTopicFacts facts)
    {
        _member.DataTopics = facts.DataTopics;
        _lost.TopicsFound(facts);
    }

    /// <summary>Does what is due, and brings the key ring up to date. To be called after records, and about every second.</summary>
    public void Advance()
    {
        DiscardSessionsIfClocksPart();
        _member.Vault.Retry();
        _inbox.JudgeAgain();
        if (_member.Clock.IsProbeDue && HasRead(ControlPartition.Authority))
            _member.Probe();
        if (IsClockRight && Project.AlgorithmProblem is null)
            _renewal.Advance();
        if (_member.Directory.TakeChange())
        {
            _store.JudgeAgain();

            // Where this member has changed its reader group, it lacks the other group's keys.
            foreach (var known in _store.All.Where(known => known.Statement.ReaderGroups is not null))
                _requester.Expect(known);
            _granter.ReadersChanged();
        }

        _ownPackages.DestroyOld(done => _inbox.AfterLook(_partitions.GrantsOfOurs, done));
        if (IsClockRight && _member.Vault.Problem is null)
            _ownPackages.Advance(_consumed.InPackage);
        if (!_member.Directory.LacksRevocations)
            _store.Retire();

        // Time goes on while this runs: what is signed below is dated by a moment at which the credential was valid.
        var now = _member.Now;
        if (IsClockRight && _member.Credential is not null && _readiness.Failure is null or { Reason: FailureReason.NotReady })
        {
            _announcements.Advance(now);
            if (HasRead(ControlPartition.Members))
                _granter.Advance();
            _requester.Advance(topic => _consumed.Contains(topic) && HasRead(_partitions.SessionsOf(topic)) && HasRead(_partitions.GrantsOfOurs), now);
        }

        var failure = _readiness.Failure;
        _senders.Advance(topic => failure ?? (HasRead(_partitions.SessionsOf(topic)) ? null : Readiness.NotRead));

        _lost.Keep();
        _positions.Keep();
        _pruning.Advance();
        _member.Checkpoint.WriteIfDue();
        Volatile.Write(ref _ring, new KeyRing(
            _member.Directory.Project,
            failure,
            _senders.Views,
            _store.Openable)
        {
            Time = _member.Clock.BrokerNow,
        });
    }

    /// <summary>Takes this member's key package back.</summary>
    /// <param name="done">Called when that is durable, or there was nothing to take back.</param>
    public void Leave(Action done)
    {
        _consumed.Clear();
        if (IsClockRight)
            _ownPackages.Retire(done);
        else
            done();
    }

    /// <summary>Writes down how far was read, before a process ends in good order.</summary>
    public void WriteCheckpoint()
    {
        _positions.Keep();
        _member.Checkpoint.Write();
    }

    public void Dispose()
    {
        _senders.Dispose();
        _store.Dispose();
        _ownPackages.Dispose();
        _member.Identity.Dispose();
        _member.Vault.Dispose();
    }

    // The clocks part when this machine slept, or was restored from a snapshot: then another copy of this memory may be encrypting too.
    private void DiscardSessionsIfClocksPart()
    {
        if (_member.Clock.Look() is not var (wall, monotonic))
            return;

        _member.Log.ClocksParted(wall, monotonic);
        DiscardSessions();
    }

    private void ProjectChanged(ProjectDocument previous)
    {
        StoredDocument.Write(_member, previous);
        _senders.DropWhatIsNoLongerAllowed(_readiness.Failure);
        _member.Log.ProjectChanged(Project.Version);
    }

    private bool IsClockRight => _member.Clock.Failure is null;

    private bool HasRead(ControlPartition partition) => _inbox.CaughtUpAt(partition) is not null;
}

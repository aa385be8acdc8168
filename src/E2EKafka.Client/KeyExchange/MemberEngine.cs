using System.Collections.Immutable;
using System.Text;
using E2EKafka.Diagnostics;
using E2EKafka.Membership;
using E2EKafka.Messages;
using E2EKafka.Records;
using E2EKafka.Vault;
using Microsoft.Extensions.Logging;

namespace E2EKafka.KeyExchange;

/// <summary>
/// One member's part in the project: takes control records and the passing of time, gives control records to publish and a
/// key ring to read. Touches no Kafka, starts no thread and reads no clock but its own, so that a simulation can drive many of
/// them. For one thread, except <see cref="Ring"/>.
/// </summary>
internal sealed class MemberEngine : IDisposable
{
    public const string Collection = "project";
    public const string DocumentName = "document";

    private readonly Member _member;
    private readonly CredentialRenewal _renewal;
    private readonly KeyPackages _ownPackages;
    private readonly PackageDirectory _packages = new();
    private readonly SessionStore _store;
    private readonly KeyGranter _granter;
    private readonly KeyRequester _requester;
    private readonly OwnAnnouncements _announcements;
    private readonly SessionPartitions _sessionPartitions;
    private readonly LogHeads _heads;
    private readonly ControlRecords _records;
    private readonly ControlInbox _inbox;
    private readonly Readiness _readiness;
    private readonly CheckpointPositions _positions;
    private readonly CheckpointPruning _pruning;
    private readonly Dictionary<string, SessionRotation> _senders = [];
    private readonly ConsumedTopics _consumed = new();
    private readonly HashSet<ControlPartition> _started = [];
    private readonly Dictionary<RecordProblem, long> _skipped = [];
    private KeyRing _ring;

    /// <param name="project">The project document that the member was given.</param>
    /// <param name="ticket">What to enroll with, if it is not enrolled.</param>
    /// <param name="vault">Where the member keeps its secrets. The caller disposes it, afterwards.</param>
    /// <param name="time">The clock.</param>
    /// <param name="lifetimes">How long keys live.</param>
    /// <param name="publish">Takes what is to be written. Called on the thread that calls this object.</param>
    /// <param name="log">The log.</param>
    /// <param name="noTicket">Why there is no ticket, where there is none, and what to do.</param>
    /// <exception cref="EndToEndKafkaException">The vault is damaged, or of another project's member.</exception>
    public MemberEngine(
        ProjectDocument project, EnrollmentTicket? ticket, IVaultStore vault, TimeProvider time, KeyLifetimes lifetimes,
        Action<Publication> publish, ILogger log, string? noTicket = null)
    {
        if (project.AlgorithmProblem is { } problem)
            throw new EndToEndKafkaException(FailureReason.AlgorithmNotAvailable, problem);

        // By the vault itself, so that what is wrong with it names its file.
        MemberIdentity.Verify(vault);
        var steady = new SteadyClock(time);
        var patient = new PatientVault(vault, steady, log);
        var identity = MemberIdentity.LoadOrCreate(patient, project.Id);
        patient.ThrowIfBehind();
        var directory = new MemberDirectory(project);
        if (patient.Read(Collection, DocumentName) is { } stored && Jws.TryParse(stored) is { } document)
            directory.Observe(document);

        _member = new Member(identity, directory, patient, steady, time, lifetimes, publish, log);
        _ownPackages = new KeyPackages(_member);
        _store = new SessionStore(_member, _consumed);
        _granter = new KeyGranter(_member, _packages, _store);
        _requester = new KeyRequester(_member, _packages, _store, _ownPackages);
        _announcements = new OwnAnnouncements(_member, _store);
        _sessionPartitions = new SessionPartitions(_member, _consumed, _senders.Keys);
        _heads = new LogHeads(steady, _member.Checkpoint.Keep);
        _renewal = new CredentialRenewal(_member, ticket, noTicket, () => _announcements.AreSignedByNextKey);
        _records = new ControlRecords(_member, _renewal, _ownPackages, _packages, _store, _granter, _requester, _announcements, _sessionPartitions) { HasRead = HasRead };
        _inbox = new ControlInbox(_records.Judge, Concluded) { Recreated = partition => PublishAgain(partition, before: long.MaxValue) };
        directory.Lost = Lose;
        directory.Advanced = ProjectChanged;
        _readiness = new Readiness(_member, _renewal, _records, _inbox);
        _positions = new CheckpointPositions(_member, _inbox);
        _pruning = new CheckpointPruning(_member);
        if (patient.Unreadable.Count > 0)
            log.VaultEntriesUnreadable(patient.Unreadable.Count, string.Join(", ", patient.Unreadable.Take(5)));
        new CheckpointRestore(_member, _ownPackages, _packages, _store, _requester, _sessionPartitions, _heads, _inbox).Restore();
        _ring = new KeyRing(directory.Project, Readiness.NotRead, ImmutableDictionary<string, SendingTopic>.Empty, _store.Openable);
    }

    /// <summary>The newest snapshot. Any thread may read it.</summary>
    public KeyRing Ring => Volatile.Read(ref _ring);

    public string Identifier => _member.Identifier;

    public Credential? Credential => _member.Credential;

    public ProjectDocument Project => _member.Directory.Project;

    /// <summary>How many control records were skipped, and why.</summary>
    public IReadOnlyDictionary<RecordProblem, long> Skipped => _skipped;

    /// <summary>The partitions that this member reads.</summary>
    public IEnumerable<ControlPartition> Partitions =>
    [
        ControlPartition.Authority,
        ControlPartition.Members,
        ControlPartition.Requests,
        GrantsOfOurs,
        .. _sessionPartitions.All,
    ];

    /// <summary>Whether the member has its credential, has read what it must, and has a session or a reason for each topic that it produces to.</summary>
    public bool IsReady =>
        _ring.Failure is null &&
        (_consumed.All.Count == 0 || _ownPackages.Current is not null) &&
        _senders.Values.All(sender => sender.View is { Current: not null } or { Failure.Reason: not (FailureReason.SessionNotReady or FailureReason.NotReady) });

    /// <summary>Whether it is not enrolled and nothing that could change that is under way.</summary>
    public bool CannotEnroll => _renewal.HasNothingToEnrollWith && HasRead(ControlPartition.Authority);

    /// <summary>Since when the authority has owed this member a renewal, if it has for so long that it needs attention.</summary>
    public DateTimeOffset? RenewalOverdueSince => _renewal.OverdueSince;

    /// <summary>The newest time that the broker has confirmed; <see langword="null"/> if there is none.</summary>
    public DateTimeOffset? ConfirmedTime => _member.Clock.Confirmed;

    /// <summary>That the broker has not confirmed our clock for long, if it has not.</summary>
    public string? ClockWarning => _member.Clock.Warning;

    /// <summary>Why the vault lacks something, or cannot read it, if that is so.</summary>
    public string? VaultWarning => _member.Vault.Problem ?? (_member.Vault.Unreadable.Count > 0 ? $"{VaultFailure.Describe(_member.Vault.Unreadable)}. They are left as they are: see docs/operations.md." : null);

    /// <summary>The number of sessions whose key is still to come.</summary>
    public int MissingKeys => _requester.Missing;

    /// <summary>Why the control topics are not fit for this member to go on; <see langword="null"/> if they are.</summary>
    public MemberFailure? TopicRefusal { set => _readiness.TopicRefusal = value; }

    /// <summary>Why the messages of a session are refused under the policy in force; <see langword="null"/> if they are not.</summary>
    public FailureReason? Judge(SessionStatement session) => _store.Find(SessionRef.Of(session)) is { } known ? _store.RefusalOf(known) : null;

    /// <summary>This member sends to a topic from now on.</summary>
    public void Produce(string topic)
    {
        if (!_senders.ContainsKey(topic))
            _senders.Add(topic, new SessionRotation(_member, _store, _granter, _inbox, topic));
    }

    /// <summary>This member reads a topic from now on.</summary>
    public void Consume(string topic)
    {
        if (!_consumed.IsRefused(topic))
            return;

        _member.Log.TopicNotSealedTo(topic, KeyPackage.MaxTopics);
        _store.JudgeAgain();
    }

    /// <summary>Has something done when the announcements for a topic were read to an end that is asked for from now on.</summary>
    public void AfterLook(string topic, Action done, CancellationToken cancellationToken) => _inbox.AfterLook(SessionsOf(topic), done, cancellationToken);

    /// <summary>The application waits for the key of a session.</summary>
    public void Hurry(SessionId session, string topic) => _requester.Hurry(new SessionRef(topic, session));

    /// <summary>Has the identity key replaced, as soon as the authority has agreed.</summary>
    public void RotateIdentity() => _renewal.RotateIdentity();

    /// <summary>Whether an identity key waits for the authority's agreement.</summary>
    public bool IsRotatingIdentity => _member.Identity.NextKey is not null;

    /// <summary>Why the authority did not agree to the last one.</summary>
    public MemberFailure? RotationRefusal => _renewal.RotationRefusal;

    /// <summary>Drops all sessions of this process. Each topic gets another before its next message.</summary>
    public void DiscardSessions()
    {
        foreach (var sender in _senders.Values)
            sender.Discard();
    }

    /// <summary>The offset of the next record of a partition to judge; zero if none was.</summary>
    public long PositionOf(ControlPartition partition) => _inbox.JudgedOf(partition);

    /// <summary>Where to begin to read a partition.</summary>
    public long StartOf(ControlPartition partition)
    {
        // Keys that are kept in memory only come from the log again after a restart, so it must be read again.
        if (_started.Add(partition) &&
            _consumed.All.Any(topic => !_store.IsDurable(topic) && (partition == GrantsOfOurs || partition == SessionsOf(topic))))
            _inbox.Rewind(partition);
        return _inbox.PositionOf(partition);
    }

    /// <summary>What this member has, as far as this object knows.</summary>
    public MemberStatus GetStatus() => new(
        Identifier,
        Project.Id,
        Project.Version,
        _ring.Failure is { } failure ? new StatusProblem(failure.Reason, failure.Message) : null,
        Warning: null,
        Credential is { } credential
            ? new CredentialStatus(
                credential.Claims.Serial, credential.Attributes, credential.IssuedAt, _renewal.RenewalOf(credential), credential.ExpiresAt)
            : null,
        _ownPackages.Status,
        [.. _senders.Values.OrderBy(sender => sender.Topic, StringComparer.Ordinal).Select(sender => sender.Status)],
        _store.StatusOf(_requester.IsMissing),
        [
            .. Partitions.Select(partition => new ControlPartitionStatus(
                partition.NameIn(Project.Control), partition.Partition, PositionOf(partition), End: null,
                _inbox.CaughtUpAt(partition)))
        ],
        Refused: []);

    /// <summary>A partition has been read to its end, as of now.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="end">The offset behind its last record, if that is to be remembered.</param>
    public void CaughtUp(ControlPartition partition, long? end = null) => _inbox.CaughtUp(partition, _member.Now, end);

    /// <summary>When a partition had been read to its end last, and all of it judged.</summary>
    public DateTimeOffset? CaughtUpAt(ControlPartition partition) => _inbox.CaughtUpAt(partition);

    /// <summary>Whether the authority's topic was read to its end once, and what it says is whole.</summary>
    public bool HasReadAuthority => HasRead(ControlPartition.Authority) && !_member.Directory.LacksRevocations;

    /// <summary>How many records wait for a look at another partition.</summary>
    public int Waiting => _inbox.Waiting;

    /// <summary>Takes the next record of a partition. Anything may come: what is not valid is counted and skipped.</summary>
    public void Receive(in ControlRecord record) => _inbox.Receive(record);

    /// <summary>The partitions whose ends are to be asked for now. Each is to be answered with <see cref="LookFound"/>.</summary>
    public IReadOnlyList<ControlPartition> BeginLooks() => _inbox.BeginLooks(_member.Steady.Now);

    /// <summary>The partitions that are to be read again from an offset. Each is to be answered with <see cref="ReadingAgain"/>.</summary>
    public IReadOnlyList<KeyValuePair<ControlPartition, long>> BeginAgain() => _inbox.BeginAgain();

    /// <summary>The records that come now begin at an offset that a partition was to be read again from.</summary>
    public void ReadingAgain(ControlPartition partition, long from) => _inbox.ReadingAgain(partition, from);

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

    /// <summary>Kafka has said where a partition starts.</summary>
    public void LogStartFound(ControlPartition partition, long start)
    {
        if (_heads.IsRaised(partition, start))
            PublishAgain(partition, start);
    }

    /// <summary>Kafka has shown the control topics.</summary>
    public void TopicsFound(ControlTopicFacts facts)
    {
        var recreated = _heads.FindRecreated(facts, Project.Control);
        if (recreated.Count == 0)
            return;

        // Those too that are not read now, and would be read from where an earlier process was.
        foreach (var partition in Partitions.Concat(_inbox.Partitions).Where(partition => recreated.Contains(partition.Topic)).Distinct().ToList())
            _inbox.StartAgain(partition);
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

        _ownPackages.DestroyOld(done => _inbox.AfterLook(GrantsOfOurs, done));
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
            _requester.Advance(topic => _consumed.Contains(topic) && HasRead(SessionsOf(topic)) && HasRead(GrantsOfOurs), now);
        }

        var failure = _readiness.Failure;
        foreach (var sender in _senders.Values)
            sender.Advance(failure ?? (HasRead(SessionsOf(sender.Topic)) ? null : Readiness.NotRead));

        if (!_announcements.LacksAny && !_ownPackages.IsGone)
            _heads.Keep();
        _positions.Keep();
        _pruning.Advance();
        _member.Checkpoint.WriteIfDue();
        Volatile.Write(ref _ring, new KeyRing(
            _member.Directory.Project,
            failure,
            _senders.ToImmutableDictionary(pair => pair.Key, pair => pair.Value.View),
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
        foreach (var sender in _senders.Values)
            sender.Dispose();
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

    // The log has lost our records. We publish those that are still needed.
    private void PublishAgain(ControlPartition partition, long before)
    {
        if (partition == ControlPartition.Members ? _ownPackages.PublishAgain(before) : _announcements.PublishAgain(partition, before))
            _member.Log.PublishedAgain(partition.Topic, partition.Partition);
    }

    // At once, and not when the records behind it are read: the next message must not go to a member that was revoked.
    private void Lose(Func<string, bool> isLost)
    {
        foreach (var sender in _senders.Values.Where(sender => isLost(sender.Topic)))
            sender.Lose();
    }

    private void ProjectChanged(ProjectDocument previous)
    {
        // The records that it names are in the vault before it: without them the next process would know only an older one.
        _member.Checkpoint.Write();
        using var batch = new VaultBatch();
        _member.Vault.Write(batch.Put(Collection, DocumentName, Encoding.ASCII.GetBytes(Project.Record)));
        _member.Checkpoint.Forget(Checkpoint.WaitingDocument);
        _member.Checkpoint.Forget(Checkpoint.ConflictingDocument);
        foreach (var hash in previous.Claims.Revocations.Except(Project.Claims.Revocations))
            _member.Checkpoint.Forget(Checkpoint.RevocationsOf(hash));
        if (previous.AuthorityKey.Thumbprint != Project.AuthorityKey.Thumbprint)
        {
            // Credentials by the old key count for nothing now, and those by the new one were kept apart.
            foreach (var credential in _member.Directory.NewestCredentials)
            {
                _member.Checkpoint.Keep(Checkpoint.CredentialOf(credential.Subject), credential.Text);
                _member.Checkpoint.Forget(Checkpoint.NextCredentialOf(Project.AuthorityKey.Thumbprint, credential.Subject));
            }
        }

        foreach (var sender in _senders.Values)
            sender.DropWhatIsNoLongerAllowed(_readiness.Failure);
        _member.Log.ProjectChanged(_member.Directory.Project.Version);
    }

    private void Concluded(ControlRecord record, RecordProblem problem)
    {
        if (problem == RecordProblem.None)
            return;

        _skipped[problem] = _skipped.GetValueOrDefault(problem) + 1;
        _member.Log.RecordSkipped(record.Partition.Topic, record.Partition.Partition, problem);
    }

    private bool IsClockRight => _member.Clock.Failure is null;

    private bool HasRead(ControlPartition partition) => _inbox.CaughtUpAt(partition) is not null;

    private ControlPartition GrantsOfOurs => ControlPartition.GrantsOf(_member.Directory.Project.Control, _member.Identifier);

    private ControlPartition SessionsOf(string topic) => ControlPartition.SessionsOf(_member.Directory.Project.Control, topic);
}

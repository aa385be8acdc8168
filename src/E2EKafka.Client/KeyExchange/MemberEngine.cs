using System.Collections.Immutable;
using System.Text;
using E2EKafka.Diagnostics;
using E2EKafka.Membership;
using E2EKafka.Messages;
using E2EKafka.Records;
using E2EKafka.Sessions;
using Microsoft.Extensions.Logging;

namespace E2EKafka.KeyExchange;

/// <summary>
/// One member's part in the project: takes control records and the passing of time, gives control records to publish and a
/// key ring to read. Touches no Kafka, starts no thread and reads no clock but its own, so that a simulation can drive many of
/// them. For one thread, except <see cref="Ring"/>.
/// </summary>
internal sealed class MemberEngine : IDisposable
{
    /// <summary>At most 16 MiB, whatever strangers write.</summary>
    private const int MaxOfUnknownSenders = 1_000;

    /// <summary>In bytes. Only large grants are larger, and whoever misses one asks again.</summary>
    private const int MaxOfUnknownSender = 16 * 1024;

    /// <summary>How old the last look at the authority's topic may be while a change of the identity key is under way.</summary>
    private static readonly TimeSpan MaxSilence = TimeSpan.FromSeconds(45);

    /// <summary>Between two looks at the clocks: more than a clock that is being adjusted, less than any pause worth a thought.</summary>
    private static readonly TimeSpan MaxClockDrift = TimeSpan.FromSeconds(10);

    private const string Collection = "project";
    private const string DocumentName = "document";

    private readonly Member _member;
    private readonly Enrollment _enrollment;
    private readonly OwnKeyPackages _ownPackages;
    private readonly PackageDirectory _packages = new();
    private readonly SessionBook _book;
    private readonly Dictionary<string, TopicSender> _senders = [];
    private readonly HashSet<string> _consumed = [];
    private readonly Dictionary<ControlPartition, DateTimeOffset> _caughtUpAt = [];
    private readonly Dictionary<ControlPartition, long> _positions = [];
    private readonly Dictionary<ControlPartition, long> _keptPositions = [];
    private readonly HashSet<ControlPartition> _started = [];
    private readonly Dictionary<RecordProblem, long> _skipped = [];

    /// <summary>Records whose sender's credential may be by an authority key that a project document is still to tell us of.</summary>
    private readonly Queue<(ControlRecord Record, DateTimeOffset Since)> _ofUnknownSenders = new();
    private MemberFailure? _cloned;
    private DateTimeOffset _lastWall;
    private TimeSpan _lastMonotonic;
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

        var identity = MemberIdentity.LoadOrCreate(vault, project.Id);
        var directory = new MemberDirectory(project);
        if (vault.Read(Collection, DocumentName) is { } stored && Jws.TryParse(stored) is { } document)
            directory.Observe(document, out _);

        _member = new Member(identity, directory, vault, time, lifetimes, publish, log);
        _enrollment = new Enrollment(_member, ticket, noTicket);
        _ownPackages = new OwnKeyPackages(_member);
        _book = new SessionBook(_member, _packages, _ownPackages);
        Resume();
        (_lastWall, _lastMonotonic) = (_member.Now, _member.MonotonicNow);
        _ring = new KeyRing(directory.Project, NotReady(), ImmutableDictionary<string, SendingTopic>.Empty, _book.Openable);
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
        .. _senders.Keys.Concat(_consumed).Select(KeysOf).Distinct(),
    ];

    /// <summary>Whether the member has its credential, has read what it must, and has a session or a reason for each topic that it produces to.</summary>
    public bool IsReady =>
        _ring.Failure is null &&
        (_consumed.Count == 0 || _ownPackages.Current is not null) &&
        _senders.Values.All(sender => sender.View is { Current: not null } or { Failure.Reason: not (FailureReason.SessionNotReady or FailureReason.NotReady) });

    /// <summary>Whether it is not enrolled and nothing that could change that is under way.</summary>
    public bool CannotEnroll => _enrollment.HasNothingToEnrollWith && HasRead(ControlPartition.Authority);

    /// <summary>Since when the authority has owed this member a renewal, if it has for so long that somebody should look after it.</summary>
    public DateTimeOffset? RenewalOverdueSince => _enrollment.OverdueSince;

    /// <summary>Of how many sessions the key is still to come.</summary>
    public int MissingKeys => _book.MissingKeys;

    /// <summary>Why the control topics are not fit for this member to go on; <see langword="null"/> if they are.</summary>
    public MemberFailure? TopicRefusal { get; set; }

    /// <summary>Why the messages of a session are refused under the policy in force; <see langword="null"/> if they are not.</summary>
    public FailureReason? Judge(SessionAnnouncement announcement) => announcement.RefusalBy(_member.Directory);

    /// <summary>This member sends to a topic from now on.</summary>
    public void Produce(string topic)
    {
        if (!_senders.ContainsKey(topic))
            _senders.Add(topic, new TopicSender(_member, _book, topic));
    }

    /// <summary>This member reads a topic from now on.</summary>
    public void Consume(string topic) => _consumed.Add(topic);

    /// <summary>Somebody waits for the key of a session.</summary>
    public void Hurry(SessionId session, string topic) => _book.Hurry(session, topic);

    /// <summary>Has the identity key replaced, as soon as the authority has agreed.</summary>
    public void RotateIdentity() => _enrollment.RotateIdentity();

    /// <summary>Whether an identity key waits for the authority's agreement.</summary>
    public bool IsRotatingIdentity => _member.Identity.NextKey is not null;

    /// <summary>Why the authority did not agree to the last one.</summary>
    public MemberFailure? RotationRefusal => _enrollment.RotationRefusal;

    /// <summary>Drops all sessions of this process. Each topic gets another before its next message.</summary>
    public void DiscardSessions()
    {
        foreach (var sender in _senders.Values)
            sender.Discard();
    }

    /// <summary>The offset of the next record of a partition; zero if none was read.</summary>
    public long PositionOf(ControlPartition partition) => _positions.GetValueOrDefault(partition);

    /// <summary>Where to begin to read a partition.</summary>
    public long StartOf(ControlPartition partition)
    {
        // Keys that are kept in memory only come from the log again after a restart, so it must be read again.
        if (_started.Add(partition) && _consumed.Any(topic => KeysOf(topic) == partition && !_book.IsDurable(topic)))
            _positions.Remove(partition);
        return PositionOf(partition);
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
                credential.Claims.Serial, credential.Attributes, credential.IssuedAt, _enrollment.RenewalOf(credential), credential.ExpiresAt)
            : null,
        _ownPackages.Status,
        [.. _senders.Values.OrderBy(sender => sender.Topic, StringComparer.Ordinal).Select(sender => sender.Status)],
        _book.Status,
        [
            .. Partitions.Select(partition => new ControlPartitionStatus(
                partition.NameIn(Project.Control), partition.Partition, PositionOf(partition), End: null,
                _caughtUpAt.TryGetValue(partition, out var at) ? at : null))
        ],
        Refused: []);

    /// <summary>A partition has been read to its end, as of now.</summary>
    /// <param name="partition">The partition.</param>
    /// <param name="end">The offset behind its last record, if that is to be remembered.</param>
    public void CaughtUp(ControlPartition partition, long? end = null)
    {
        if (end is { } offset)
            MoveTo(partition, offset, offset);
        _caughtUpAt[partition] = _member.Now;
    }

    /// <summary>Takes the next record of a partition. Anything may come: what is not valid is counted and skipped.</summary>
    public void Receive(in ControlRecord record)
    {
        if (record.Offset is { } offset)
            MoveTo(record.Partition, offset, offset + 1);

        var problem = Take(record);
        if (problem == RecordProblem.None)
            return;

        if (problem == RecordProblem.UnknownSender && record.Value.Length <= MaxOfUnknownSender)
        {
            _ofUnknownSenders.Enqueue((record, _member.Now));
            if (_ofUnknownSenders.Count > MaxOfUnknownSenders)
                _ofUnknownSenders.Dequeue();
        }

        _skipped[problem] = _skipped.GetValueOrDefault(problem) + 1;
        _member.Log.RecordSkipped(record.Partition.Topic, record.Partition.Partition, problem);
    }

    /// <summary>Does what is due, and brings the key ring up to date. To be called after records, and about every second.</summary>
    public void Advance()
    {
        DiscardSessionsIfClocksPart();
        if (Project.AlgorithmProblem is null)
            _enrollment.Advance();
        if (_member.Directory.TakeChange())
            _book.ReadersChanged();
        _ownPackages.Advance(_consumed, KeysReadUntil());
        _book.Advance(_consumed.Contains, topic => HasRead(KeysOf(topic)));

        var failure = Failure();
        foreach (var sender in _senders.Values)
            sender.Advance(failure ?? (HasRead(KeysOf(sender.Topic)) && MayUseIdentityKey() ? null : NotReady()));

        KeepPositions();
        _member.Checkpoint.WriteIfDue();
        Volatile.Write(ref _ring, new KeyRing(
            _member.Directory.Project,
            failure,
            _senders.ToImmutableDictionary(pair => pair.Key, pair => pair.Value.View),
            _book.Openable));
    }

    /// <summary>Takes this member's key package back.</summary>
    /// <param name="done">Called when that is durable, or there was nothing to take back.</param>
    public void Leave(Action done)
    {
        _consumed.Clear();
        _ownPackages.Retire(done);
    }

    /// <summary>Writes down how far was read, before a process ends in good order.</summary>
    public void WriteCheckpoint()
    {
        KeepPositions();
        _member.Checkpoint.Write();
    }

    public void Dispose()
    {
        foreach (var sender in _senders.Values)
            sender.Dispose();
        _book.Dispose();
        _ownPackages.Dispose();
        _member.Identity.Dispose();
    }

    // The clocks part when this machine slept, or was restored from a snapshot: then another copy of this memory may be encrypting too.
    private void DiscardSessionsIfClocksPart()
    {
        var (wall, monotonic) = (_member.Now, _member.MonotonicNow);
        if ((wall - _lastWall - (monotonic - _lastMonotonic)).Duration() > MaxClockDrift)
        {
            _member.Log.ClocksParted(wall - _lastWall, monotonic - _lastMonotonic);
            DiscardSessions();
        }

        (_lastWall, _lastMonotonic) = (wall, monotonic);
    }

    private static MemberFailure NotReady() => new(FailureReason.NotReady,
        "The member has not read the control topics to their end yet. Check that the broker can be reached.");

    private MemberFailure? Failure()
    {
        if ((_cloned ?? TopicRefusal) is { } fatal)
            return fatal;

        // A newer document may allow one; only a newer release makes keys of it, or can ask an authority that has one.
        if (Project.AlgorithmProblem is { } problem)
            return new MemberFailure(FailureReason.AlgorithmNotAvailable, problem);

        // A credential that has merely ended comes last: what was received stays readable then, but not under any other of these.
        var enrollment = _enrollment.Failure;
        if (enrollment is { Reason: not FailureReason.CredentialExpired })
            return enrollment;
        if (_member.Directory.Project.RevocationOf(_member.Identifier) is not null)
            return new MemberFailure(FailureReason.Revoked, "This member was removed from the project, for good. To come back: a new vault, and a new ticket from the project's owner.");
        if (_member.Directory.HasConflictingDocuments)
        {
            return new MemberFailure(FailureReason.ProjectInvalid,
                "The authority has signed two project documents of one version: its key or its vault is in two places. Publish a newer document, and find out where.");
        }

        if (_member.Directory.IsOutdated)
        {
            return new MemberFailure(FailureReason.ProjectOutdated,
                "A credential names a newer project document than the control topic has shown. If this lasts, somebody withholds it: check the topic, and that the authority runs.");
        }

        return HasRead(ControlPartition.Authority) && HasRead(ControlPartition.Members) ? enrollment : NotReady();
    }

    // Reads what an earlier life of this process kept.
    private void Resume()
    {
        foreach (var (name, record) in _member.Checkpoint.Records().OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            // Credentials come first, because the others are judged by them.
            switch (name.Split(':')[0])
            {
                case "credential":
                    var credential = _member.Directory.Observe(record, out _);
                    if (credential is null || _member.Now > credential.ExpiresAt + ControlTopic.MemberRetention)
                        _member.Checkpoint.Forget(name);
                    break;
                case "package" when Jws.TryParse(record) is { } jws && KeyPackage.TryVerify(jws, _member.Directory, _member.Now, out _) is { } package:
                    if (package.Member == _member.Identifier)
                        _ownPackages.Recall(package);
                    else
                        _packages.Observe(package);
                    if (_member.Now > package.ExpiresAt)
                        _member.Checkpoint.Forget(name);
                    break;
                case "session":
                    _book.Recall(record);
                    break;
            }
        }

        foreach (var (partition, offset) in _member.Checkpoint.Positions())
            _positions[partition] = offset;
    }

    // A record before the one that must come next means that the topic is not the one that we have read: it was deleted and made
    // anew, or cut off. What we have said on it is gone, so we say it again.
    private void MoveTo(ControlPartition partition, long offset, long next)
    {
        if (offset < PositionOf(partition))
        {
            _member.Log.TopicRecreated(partition.Topic, partition.Partition);
            if (partition == ControlPartition.Members)
                _ownPackages.PublishAgain();
            foreach (var sender in _senders.Values.Where(sender => KeysOf(sender.Topic) == partition))
                sender.Discard();
        }

        _positions[partition] = next;
    }

    // What waits in memory for something else to come would be lost if we did not read it again.
    private void KeepPositions()
    {
        while (_ofUnknownSenders.TryPeek(out var oldest) && _member.Now > oldest.Since + RecordClock.MaxDelay)
            _ofUnknownSenders.Dequeue();
        if (_ofUnknownSenders.Count > 0 || _book.HasEarlyGrants)
            return;

        foreach (var (partition, offset) in _positions.Where(pair => _keptPositions.GetValueOrDefault(pair.Key) != pair.Value).ToList())
        {
            _keptPositions[partition] = offset;
            _member.Checkpoint.Keep(partition, offset);
        }
    }

    private RecordProblem Take(in ControlRecord record)
    {
        if (record.HasBadTimestamp)
            return RecordProblem.BadTimestamp;
        if (Jws.TryParse(record.Value.Span) is not { } jws)
            return RecordProblem.Malformed;

        return (record.Partition.Topic, jws.Type) switch
        {
            (ControlTopicKind.Authority, RecordTypes.Project) => TakeProject(jws),
            (ControlTopicKind.Authority, RecordTypes.Credential) => TakeCredential(jws),
            (ControlTopicKind.Authority, RecordTypes.Refusal) => _enrollment.Receive(jws),
            (ControlTopicKind.Members, RecordTypes.KeyPackage) => TakeKeyPackage(jws, record),
            (ControlTopicKind.Keys, RecordTypes.Session) => TakeSession(jws, record),
            (ControlTopicKind.Keys, RecordTypes.Grant) => TakeGrant(jws, record),
            (ControlTopicKind.Requests, RecordTypes.KeyRequest) => TakeKeyRequest(jws, record),

            // For the authority alone.
            (ControlTopicKind.Requests, RecordTypes.AuthorityRequest) => RecordProblem.None,
            _ => RecordProblem.UnexpectedType,
        };
    }

    private RecordProblem TakeProject(Jws jws)
    {
        var problem = _member.Directory.Observe(jws, out var advanced);
        if (advanced)
        {
            using var batch = new VaultBatch();
            _member.Vault.Write(batch.Put(Collection, DocumentName, Encoding.ASCII.GetBytes(jws.Text)));

            // Now, and not when the records behind it are read: the next message must not go to whoever was removed.
            foreach (var sender in _senders.Values)
                sender.DropWhatIsNoLongerAllowed(Failure());
            _member.Log.ProjectChanged(_member.Directory.Project.Version);
            for (var count = _ofUnknownSenders.Count; count > 0; count--)
                Receive(_ofUnknownSenders.Dequeue().Record);
        }

        return problem;
    }

    private RecordProblem TakeCredential(Jws jws)
    {
        if (_member.Directory.Observe(jws.Text, out var changed) is not { } credential)
            return RecordProblem.UnknownSender;

        if (changed)
            _member.Checkpoint.Keep(Checkpoint.CredentialOf(credential.Subject), credential.Text);
        return RecordProblem.None;
    }

    private RecordProblem TakeKeyPackage(Jws jws, in ControlRecord record)
    {
        if (KeyPackage.TryVerify(jws, _member.Directory, _member.Now, out var problem) is not { } package)
            return problem;

        if (package.Member == _member.Identifier)
        {
            if (_ownPackages.Recall(package))
                _member.Checkpoint.Keep(Checkpoint.PackageOf(package.Member), package.Record);
            return TakeOwn(jws, record, package.Claims.Iat);
        }

        problem = _packages.Observe(package);
        if (problem == RecordProblem.None)
        {
            _member.Checkpoint.Keep(Checkpoint.PackageOf(package.Member), package.Record);
            _book.ReadersChanged();
        }

        return problem;
    }

    private RecordProblem TakeSession(Jws jws, in ControlRecord record)
    {
        if (SessionAnnouncement.TryVerify(jws, _member.Directory, _member.Now, out var problem) is not { } announcement)
            return problem;
        if (announcement.Producer == _member.Identifier)
        {
            problem = TakeOwn(jws, record, announcement.Claims.Iat);
            if (problem != RecordProblem.None)
                return problem;
        }

        // An announcement that was held back, or dated back, is refused: it may have been made with a key that was stolen since.
        // What was not there when we were at the end of the log was written later.
        if ((record.Timestamp is { } timestamp && (announcement.Begins - timestamp).Duration() > RecordClock.MaxDelay) ||
            (_caughtUpAt.TryGetValue(record.Partition, out var end) && announcement.Begins < end - RecordClock.MaxDelay))
            return RecordProblem.Delayed;
        if (_member.Directory.Project.Control.KeysPartitionOf(announcement.Topic) != record.Partition.Partition)
            return RecordProblem.Conflict;

        problem = _book.Observe(announcement);
        if (problem == RecordProblem.Conflict)
            _member.Log.SessionContradicted(announcement.Id, announcement.Producer);
        return problem;
    }

    private RecordProblem TakeGrant(Jws jws, in ControlRecord record)
    {
        if (KeyGrant.TryVerify(jws, _member.Directory, _member.Now, out var problem) is not { } grant)
            return problem;
        if (grant.Claims.Sub == _member.Identifier && TakeOwn(jws, record, grant.Claims.Iat) is not RecordProblem.None and var own)
            return own;

        return _book.Observe(
            grant, isLate: record.Timestamp is { } timestamp && timestamp - RecordClock.ToTime(grant.Claims.Iat) > RecordClock.MaxDelay);
    }

    private RecordProblem TakeKeyRequest(Jws jws, in ControlRecord record)
    {
        if (KeyRequest.TryVerify(jws, _member.Directory, _member.Now, out var problem) is not { } request)
            return problem;
        if (request.Claims.Sub == _member.Identifier)
            return TakeOwn(jws, record, request.Claims.Iat);

        _book.Observe(request);
        return RecordProblem.None;
    }

    // A record that we signed since we started, and did not make, was made by a copy of us.
    private RecordProblem TakeOwn(Jws jws, in ControlRecord record, long issuedAt)
    {
        if (!HasRead(record.Partition) || !_member.IsByACopyOfUs(jws, issuedAt))
            return RecordProblem.None;

        _cloned = new MemberFailure(FailureReason.IdentityCloned,
            $"Another process signs as this member ({_member.Identifier}): its vault was copied. Stop one of them; if you know of no other, remove this member as compromised and enroll anew.");
        _member.Log.IdentityCloned(_member.Identifier);
        return RecordProblem.Conflict;
    }

    // Once the authority has agreed to another key, what the old one signs is refused. Whoever has asked for that must know the answer.
    private bool MayUseIdentityKey() =>
        !IsRotatingIdentity ||
        _member.Now <= _caughtUpAt.GetValueOrDefault(ControlPartition.Authority, DateTimeOffset.MinValue) + MaxSilence;

    private bool HasRead(ControlPartition partition) => _caughtUpAt.ContainsKey(partition);

    // Until when there can be no grant that we have not read.
    private DateTimeOffset KeysReadUntil()
    {
        var read = Partitions.Where(partition => partition.Topic == ControlTopicKind.Keys)
            .Select(partition => _caughtUpAt.GetValueOrDefault(partition, DateTimeOffset.MinValue))
            .ToList();
        return read.Count == 0 ? DateTimeOffset.MinValue : read.Min();
    }

    private ControlPartition KeysOf(string topic) => ControlPartition.KeysOf(_member.Directory.Project.Control, topic);
}

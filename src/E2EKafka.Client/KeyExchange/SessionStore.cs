using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using E2EKafka.Cryptography;
using E2EKafka.Diagnostics;
using E2EKafka.Messages;
using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>
/// The sessions that this member knows, its own and those of others, held or not. The only owner of stored secrets: puts them into
/// the vault, and destroys them after their retention.
/// </summary>
internal sealed class SessionStore : IDisposable
{
    private const string Collection = "sessions";

    private readonly Member _member;
    private readonly ConsumedTopics _consumed;
    private readonly Dictionary<SessionRef, KnownSession> _sessions = [];
    private readonly SessionsOfProducers _ofProducers = new();
    private readonly UnknownRows _setAside;

    public SessionStore(Member member, ConsumedTopics consumed)
    {
        (_member, _consumed) = (member, consumed);
        _setAside = new UnknownRows(member);
        Load();
    }

    /// <summary>What the key ring shows.</summary>
    public ImmutableDictionary<SessionId, OpenableSession> Openable { get; private set; } =
        ImmutableDictionary<SessionId, OpenableSession>.Empty;

    /// <summary>Whether the vault has rows of sessions that this release cannot use.</summary>
    public bool HasRowsSetAside => _setAside.Any;

    public IReadOnlyCollection<KnownSession> All => _sessions.Values;

    public KnownSession? Find(SessionRef session) => _sessions.GetValueOrDefault(session);

    /// <summary>Whether a member's secrets of the topic reach its vault, so that a crash does not lose them.</summary>
    public bool IsDurable(string topic) =>
        _member.Vault.IsDurable && _member.Directory.Project.Policy.RequirementsOf(topic).KeyRetention > TimeSpan.Zero;

    /// <summary>What is known of each topic's sessions, for a status.</summary>
    /// <param name="isMissing">Whether the key of a session is waited for.</param>
    public IReadOnlyList<ReceivingStatus> StatusOf(Func<SessionRef, bool> isMissing) =>
    [
        .. _sessions.Values.GroupBy(known => known.Statement.Topic).OrderBy(topic => topic.Key, StringComparer.Ordinal).Select(topic =>
            new ReceivingStatus(
                topic.Key,
                topic.Count(),
                topic.Count(known => !Lacks(known)),
                topic.Count(known => isMissing(SessionRef.Of(known.Statement))),
                topic.Where(known => known.Secret is not null).Select(known => (DateTimeOffset?)RetirementOf(known.Statement)).Min()))
    ];

    /// <summary>Why this member may not have another session of a topic; <see langword="null"/> if it may.</summary>
    public MemberFailure? WhyNoMore(string topic)
    {
        // Without the vault, a crash would leave messages that no one can open.
        if (_member.Vault.Problem is { } problem)
            return new MemberFailure(FailureReason.SessionNotReady, $"There is no new session for '{topic}'. {problem}");

        if (WhyNotKept(topic) is { } refusal)
            return refusal;

        return _ofProducers.IsFull(_member.Identifier) ? new MemberFailure(FailureReason.LimitReached,
            $"There is no new session for '{topic}'. Readers keep at most {SessionStatement.MaxOfProducer} sessions of one producer, and this member has as many whose keys are kept. Set a longer session life or a shorter key retention in policy, or produce with more members.") : null;
    }

    /// <summary>Why the keys of a topic would end before its records; <see langword="null"/> if they do not, or policy says so. Kafka may show it later than the first session is made.</summary>
    public MemberFailure? WhyNotKept(string topic) =>
        DataTopicKeys.RefusalOf(topic, _member.Directory.Project.Policy.RequirementsOf(topic).KeyRetention, _member.DataTopics.GetValueOrDefault(topic));

    /// <summary>Adds a session of our own. Its secret is in the vault, if that is durable, when this returns.</summary>
    public KnownSession AddOwn(SessionStatement statement, SecretBytes secret, IReadOnlyList<GroupKey> groupKeys)
    {
        var known = new KnownSession(statement, _member.Now);
        if (!known.TryHold(secret, groupKeys))
            throw new CryptographicException("A session's own secrets do not match their commitments.");

        Store(known);
        Add(known);
        Keep(known);
        return known;
    }

    /// <summary>Takes what an earlier life of this process kept of a session.</summary>
    /// <returns>The session, if it is new.</returns>
    public KnownSession? Recall(string name, string kept)
    {
        if (KnownSession.TryRead(Encoding.ASCII.GetBytes(kept)) is { } recalled && Observe(recalled) == RecordProblem.None)
            return recalled;

        _member.Checkpoint.Forget(name);
        return null;
    }

    /// <summary>Takes a session that its producer has announced.</summary>
    /// <returns>What is wrong; also <see cref="RecordProblem.None"/> if it is known already.</returns>
    public RecordProblem Observe(KnownSession session)
    {
        var key = SessionRef.Of(session.Statement);
        if (_sessions.ContainsKey(key))
            return RecordProblem.None;
        if (_member.Clock.IsPast(RetirementOf(session.Statement)))
            return RecordProblem.Outdated;

        Add(session, isRefused: RefusalOf(session) is not null);
        Keep(session);
        return RecordProblem.None;
    }

    /// <summary>The reader group of a session that this member is in; <see langword="null"/> if the session lists none, or none of its.</summary>
    public string? GroupOf(SessionStatement statement) => _member.Directory.GroupOf(_member.Identifier, statement.ReaderGroups);

    /// <summary>Whether the secret of a session, or the key of this member's reader group in it, is not here.</summary>
    public bool Lacks(KnownSession known) => !known.IsHeldFor(GroupOf(known.Statement));

    /// <summary>Takes a session's secret, with the key of this member's reader group if it has any, and disposes what is not the session's.</summary>
    /// <returns>Whether they are held now.</returns>
    public bool TryHold(KnownSession known, SecretBytes secret, GroupKey? groupKey, string sender)
    {
        var isNew = Lacks(known);
        if (!(groupKey is null ? known.TryHold(secret) : known.TryHold(secret, groupKey)))
            return false;
        if (!isNew)
            return true;

        Store(known);
        Show(known);
        _member.Log.KeyReceived(known.Statement.Id, known.Statement.Topic, known.Statement.Producer, sender);
        return true;
    }

    /// <summary>Why a session is refused under the current policy; <see langword="null"/> if it is not.</summary>
    public FailureReason? RefusalOf(KnownSession known) => _member.Directory.RefusalOf(known.Statement, known.AnnouncedAt, _member.Identifier);

    /// <summary>Judges every session again, after a document or a credential has changed.</summary>
    public void JudgeAgain()
    {
        foreach (var known in _sessions.Values)
            Show(known);
    }

    /// <summary>Destroys what is past its retention.</summary>
    public void Retire()
    {
        var old = _sessions.Values.Where(known => _member.Clock.IsPast(RetirementOf(known.Statement))).ToList();
        if (old.Count > 0)
            Remove(old);
        _setAside.Retire(_member.Directory.Project.LongestKeyRetention);
    }

    /// <summary>Forgets a session of our own that was never used.</summary>
    public void Forget(KnownSession known) => Remove([known]);

    public void Dispose()
    {
        foreach (var known in _sessions.Values)
            known.Dispose();
    }

    private DateTimeOffset RetirementOf(SessionStatement statement)
    {
        var retention = _member.Directory.Project.Policy.RequirementsOf(statement.Topic).KeyRetention;
        return statement.Ends + (retention > TimeSpan.Zero ? retention : _member.Lifetimes.MemoryRetention);
    }

    private void Add(KnownSession known, bool isRefused = false)
    {
        _sessions.Add(SessionRef.Of(known.Statement), known);
        Show(known);
        if (_ofProducers.Add(known, isRefused) is { } oldest)
            Remove([oldest]);
    }

    private void Remove(IReadOnlyCollection<KnownSession> gone)
    {
        using var batch = new VaultBatch();
        foreach (var known in gone)
        {
            var key = SessionRef.Of(known.Statement);
            if (known.Secret is not null)
                batch.Delete(Collection, known.Statement.HashText);
            _sessions.Remove(key);
            _ofProducers.Remove(known);
            _member.Checkpoint.Forget(Checkpoint.SessionOf(key));
            Openable = Openable.Remove(known.Statement.Id);
            known.Dispose();
        }

        if (batch.Changes.Count > 0)
            _member.Vault.Write(batch);
    }

    private void Show(KnownSession known)
    {
        var statement = known.Statement;
        if (GroupOf(statement) is { } group && !Lacks(known))
            known.VerifyAs(group);
        var (credential, keys) = (_member.Directory.Newest(_member.Identifier), Lacks(known) ? null : known.Keys);
        Openable = Openable.SetItem(statement.Id, new OpenableSession(
            statement,
            keys,
            RefusalOf(known) ?? LimitOf(known) ?? (MayRead(known) ? null : FailureReason.ReaderNotAuthorized),
            _member.Directory.Newest(statement.Producer)?.Attributes ?? new Dictionary<string, string>(),
            RetirementOf(statement))
        {
            ProvenBy = keys?.ProvenBy == MessageProof.Mac && _member.Directory.IsForgeable(statement, _member.Identifier)
                ? MessageProof.SharedKey
                : keys?.ProvenBy ?? MessageProof.None,
            IsFromBeforeEnrollment = !MayRead(known) && credential is not null &&
                _member.Directory.Admits(credential, statement.Topic, statement.ReaderGroups, DateTimeOffset.MaxValue),
            IsForOtherGroups = credential is not null && statement.ReaderGroups is { } groups && groups.GroupOf(credential.Attributes) is null &&
                _member.Directory.Admits(credential, statement.Topic, groups: null, DateTimeOffset.MaxValue),
        });
    }

    // The key of a topic that our key package does not name never comes.
    private FailureReason? LimitOf(KnownSession known) =>
        Lacks(known) && MayRead(known) && _consumed.HasNoRoomFor(known.Statement.Topic) ? FailureReason.LimitReached : null;

    // Without a credential of our own yet, there is nothing to judge; no key can have come either.
    // Where policy keeps from us a session from before we joined, no key will ever come; one that is here came by right.
    private bool MayRead(KnownSession known) =>
        _member.Directory.Newest(_member.Identifier) is not { } credential ||
        _member.Directory.Admits(
            credential, known.Statement.Topic, known.Statement.ReaderGroups, known.Secret is null ? known.Statement.Begins : DateTimeOffset.MaxValue);

    private void Keep(KnownSession known) => _member.Checkpoint.Keep(
        Checkpoint.SessionOf(SessionRef.Of(known.Statement)), Encoding.ASCII.GetString(known.Encode()));

    private void Store(KnownSession known)
    {
        if (!IsDurable(known.Statement.Topic))
            return;

        var value = known.Store();
        using var batch = new VaultBatch();
        _member.Vault.Write(batch.Put(Collection, known.Statement.HashText, value));
        CryptographicOperations.ZeroMemory(value);
    }

    private void Load()
    {
        foreach (var (name, value) in _member.Vault.List(Collection))
        {
            if (KnownSession.TryRestore(value) is { } known)
                Add(known);
            else
                _setAside.Add(Collection, name, value);

            CryptographicOperations.ZeroMemory(value);
        }
    }
}

using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using E2EKafka.Cryptography;
using E2EKafka.Diagnostics;
using E2EKafka.Messages;
using E2EKafka.Records;
using E2EKafka.Sessions;

namespace E2EKafka.KeyExchange;

/// <summary>
/// The sessions that this member knows, its own and those of others, held or not. The only owner of stored secrets: puts them into
/// the vault, and destroys them after their retention.
/// </summary>
internal sealed class SessionStore : IDisposable
{
    private const string Collection = "sessions";

    /// <summary>Of one producer: a month of sessions of some sixty topics. No member can fill the memory of another.</summary>
    private const int MaxSessionsOfProducer = 50_000;

    /// <summary>Of one producer whose sessions policy refuses.</summary>
    private const int MaxRefusedSessionsOfProducer = 100;

    private readonly Member _member;
    private readonly Dictionary<SessionRef, KnownSession> _sessions = [];
    private readonly Dictionary<string, int> _countOfProducer = [];

    public SessionStore(Member member)
    {
        _member = member;
        Load();
    }

    /// <summary>What the key ring shows.</summary>
    public ImmutableDictionary<SessionId, OpenableSession> Openable { get; private set; } =
        ImmutableDictionary<SessionId, OpenableSession>.Empty;

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
                topic.Count(known => known.Secret is not null),
                topic.Count(known => isMissing(SessionRef.Of(known.Statement))),
                topic.Where(known => known.Secret is not null).Select(known => (DateTimeOffset?)RetirementOf(known.Statement)).Min()))
    ];

    /// <summary>Adds a session of our own. Its secret is in the vault, if that is durable, when this returns.</summary>
    public KnownSession AddOwn(SessionStatement statement, SecretBytes secret)
    {
        var known = new KnownSession(statement, _member.Now);
        if (!known.TryHold(secret))
            throw new CryptographicException("A session's own secret does not match its commitment.");

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
        if (_member.Now >= RetirementOf(session.Statement))
            return RecordProblem.Outdated;
        if (_countOfProducer.GetValueOrDefault(session.Statement.Producer) >=
            (RefusalOf(session) is null ? MaxSessionsOfProducer : MaxRefusedSessionsOfProducer))
            return RecordProblem.OverBudget;

        Add(session);
        Keep(session);
        return RecordProblem.None;
    }

    /// <summary>Takes a session's secret, and disposes it if it is not that.</summary>
    /// <returns>Whether the session's secret is held now.</returns>
    public bool TryHold(KnownSession known, SecretBytes secret, string sender)
    {
        var isNew = known.Secret is null;
        if (!known.TryHold(secret))
            return false;
        if (!isNew)
            return true;

        Store(known);
        Show(known);
        _member.Log.KeyReceived(known.Statement.Id, known.Statement.Topic, known.Statement.Producer, sender);
        return true;
    }

    /// <summary>Why a session is refused under the current policy; <see langword="null"/> if it is not.</summary>
    public FailureReason? RefusalOf(KnownSession known) => _member.Directory.RefusalOf(known.Statement, known.AnnouncedAt);

    /// <summary>Judges every session again, after a document or a credential has changed.</summary>
    public void JudgeAgain()
    {
        foreach (var known in _sessions.Values)
            Show(known);
    }

    /// <summary>Destroys what is past its retention.</summary>
    public void Retire()
    {
        var now = _member.Now;
        var old = _sessions.Values.Where(known => now >= RetirementOf(known.Statement)).ToList();
        if (old.Count > 0)
            Remove(old);
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

    private void Add(KnownSession known)
    {
        _sessions.Add(SessionRef.Of(known.Statement), known);
        _countOfProducer[known.Statement.Producer] = _countOfProducer.GetValueOrDefault(known.Statement.Producer) + 1;
        Show(known);
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
            _member.Checkpoint.Forget(Checkpoint.SessionOf(key));
            _countOfProducer[known.Statement.Producer]--;
            Openable = Openable.Remove(known.Statement.Id);
            known.Dispose();
        }

        _member.Vault.Write(batch);
    }

    private void Show(KnownSession known)
    {
        var statement = known.Statement;
        Openable = Openable.SetItem(statement.Id, new OpenableSession(
            statement,
            known.Keys,
            RefusalOf(known) ?? (MayRead(known) ? null : FailureReason.ReaderNotAuthorized),
            _member.Directory.Newest(statement.Producer)?.Attributes ?? new Dictionary<string, string>(),
            RetirementOf(statement).UtcTicks)
        {
            IsFromBeforeEnrollment = !MayRead(known) && _member.Directory.Newest(_member.Identifier) is { } credential &&
                _member.Directory.Admits(credential, statement.Topic, DateTimeOffset.MaxValue),
        });
    }

    // Without a credential of our own yet, there is nothing to judge; no key can have come either.
    // Of a session from before we joined, where policy keeps that from us, no key will ever come; one that is here came by right.
    private bool MayRead(KnownSession known) =>
        _member.Directory.Newest(_member.Identifier) is not { } credential ||
        _member.Directory.Admits(
            credential, known.Statement.Topic, known.Secret is null ? known.Statement.Begins : DateTimeOffset.MaxValue);

    private void Keep(KnownSession known) => _member.Checkpoint.Keep(
        Checkpoint.SessionOf(SessionRef.Of(known.Statement)), Encoding.ASCII.GetString(known.Encode()));

    private void Store(KnownSession known)
    {
        if (!IsDurable(known.Statement.Topic))
            return;

        var statement = known.Encode();
        var value = new byte[SessionKeys.SecretSize + statement.Length];
        known.Secret!.Span.CopyTo(value);
        statement.CopyTo(value.AsSpan(SessionKeys.SecretSize));
        using var batch = new VaultBatch();
        _member.Vault.Write(batch.Put(Collection, known.Statement.HashText, value));
        CryptographicOperations.ZeroMemory(value);
    }

    private void Load()
    {
        using var unreadable = new VaultBatch();
        foreach (var (name, value) in _member.Vault.List(Collection))
        {
            if (value.Length > SessionKeys.SecretSize && KnownSession.TryRead(value.AsSpan(SessionKeys.SecretSize)) is { } known &&
                known.TryHold(SecretBytes.CopyOf(value.AsSpan(0, SessionKeys.SecretSize))))
            {
                Add(known);
            }
            else
            {
                // Nothing would ever destroy what is not known.
                unreadable.Delete(Collection, name);
            }

            CryptographicOperations.ZeroMemory(value);
        }

        _member.Vault.Write(unreadable);
    }
}

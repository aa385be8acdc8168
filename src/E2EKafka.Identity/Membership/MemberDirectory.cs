using E2EKafka.Records;

namespace E2EKafka.Membership;

/// <summary>
/// Who is who, as far as the authority's records tell: the newest project document and every member's newest credential.
/// For one thread.
/// </summary>
internal sealed class MemberDirectory(ProjectDocument project)
{
    private readonly RevocationRecords _revocations = new();
    private readonly AnnouncedKeys _announced = new();
    private Dictionary<string, Credential> _newest = [];
    private ProjectDocument? _unresolved;
    private DocumentReference? _newestNamed;
    private bool _changed;

    public ProjectDocument Project { get; private set; } = project;

    /// <summary>A record of removals that the newest document names is missing. Until it is here, no record of a member is judged.</summary>
    public bool LacksRevocations => _unresolved is not null || !Project.IsResolved;

    /// <summary>
    /// A credential names a newer project document than we have, or a part of the newest is missing: it is withheld, or on its way.
    /// Until it is here, nothing may be sealed or accepted.
    /// </summary>
    public bool IsOutdated => LacksRevocations || (_newestNamed is { } named && named.Version > Project.Version);

    /// <summary>
    /// There are two documents of one version, signed by the authority or named in its credentials: its key or its backup is in two places.
    /// </summary>
    public bool HasConflictingDocuments { get; private set; }

    public IReadOnlyCollection<Credential> NewestCredentials => _newest.Values;

    /// <summary>
    /// Called when a member has lost the right to topics, with the question whether a topic is one of them: by a document, or by a
    /// credential with fewer attributes or another key. A credential that merely ends loses nothing.
    /// </summary>
    public Action<Func<string, bool>>? Lost { get; set; }

    /// <summary>Called when a newer document is in force, with the one before it.</summary>
    public Action<ProjectDocument>? Advanced { get; set; }

    /// <summary>Takes any record of the authority that says who is who; the result of one that is none is <see cref="RecordProblem.UnexpectedType"/>.</summary>
    public RecordProblem Observe(Jws jws) => jws.Type switch
    {
        RecordTypes.Project => ObserveDocument(jws),
        RecordTypes.Revocations => ObserveRevocations(jws),
        RecordTypes.KeyChange => ObserveKeyChange(jws),
        RecordTypes.Credential => ObserveCredential(jws, out _),
        _ => RecordProblem.UnexpectedType,
    };

    /// <summary>Verifies a credential and remembers it if it is its subject's newest.</summary>
    /// <param name="jws">The credential.</param>
    /// <param name="kept">The credential, if it is remembered now and was not before.</param>
    public RecordProblem ObserveCredential(Jws jws, out Credential? kept)
    {
        kept = null;
        if (jws.ReadUnverified(RecordJson.Default.CredentialClaims) is { } claims &&
            _newest.TryGetValue(claims.Sub, out var known) && known.Text == jws.Text)
            return RecordProblem.None;

        var announced = _announced.Find(jws.KeyId);
        if (Credential.TryVerify(jws, Project, announced ?? Project.AuthorityKey) is not { } credential)
            return RecordProblem.UnknownSender;
        if (announced is not null)
        {
            if (_announced.Keep(announced.Thumbprint, credential))
                kept = credential;
            return RecordProblem.None;
        }

        Name(credential);
        if (credential.Claims.Serial < Project.LowestSerialOf(credential.Subject))
            return RecordProblem.Outdated;
        if (_newest.TryGetValue(credential.Subject, out var newest) && !credential.IsNewerThan(newest))
            return RecordProblem.None;

        if (newest is not null)
        {
            var isReplaced = newest.Key.Thumbprint != credential.Key.Thumbprint;
            Lose(topic => ReadsAs(Project, newest, topic) is { } group && (isReplaced || ReadsAs(Project, credential, topic) != group));
        }

        _newest[credential.Subject] = kept = credential;
        _changed = true;
        return RecordProblem.None;
    }

    /// <summary>Whether the document or a credential has changed since this was asked last.</summary>
    public bool TakeChange()
    {
        var changed = _changed;
        _changed = false;
        return changed;
    }

    public Credential? Newest(string member) => _newest.GetValueOrDefault(member);

    /// <summary>Whether a member may consume a topic under a document, by a credential that may have ended.</summary>
    public static bool MayConsume(ProjectDocument document, Credential credential, string topic) =>
        ReadsAs(document, credential, topic) is not null;

    /// <summary>Whether a member is in the project now: not removed, and with a credential that is still valid.</summary>
    public bool IsMember(string member, DateTimeOffset now) =>
        Project.RevocationOf(member) is null && Newest(member) is { } credential && credential.IsValidAt(now);

    /// <summary>Whether a member may be given the key of a session of this topic now.</summary>
    /// <param name="member">The member's identifier.</param>
    /// <param name="topic">The session's topic.</param>
    /// <param name="groups">The reader groups that it lists, if it has macs.</param>
    /// <param name="sessionBegan">When the session began.</param>
    /// <param name="now">The time.</param>
    public bool MayReceive(string member, string topic, ReaderGroups? groups, DateTimeOffset sessionBegan, DateTimeOffset now) =>
        IsMember(member, now) && Admits(Newest(member)!, topic, groups, sessionBegan);

    /// <summary>Whether a member may be given the key of a session now.</summary>
    public bool MayReceive(string member, SessionStatement session, DateTimeOffset now) =>
        MayReceive(member, session.Topic, session.ReaderGroups, session.Begins, now);

    /// <summary>The reader group that a member is in, by its newest credential; <see langword="null"/> if it is in none of these.</summary>
    public string? GroupOf(string member, ReaderGroups? groups) =>
        groups is not null && Newest(member) is { } credential ? groups.GroupOf(credential.Attributes) : null;

    /// <summary>Whether policy lets the bearer of a credential read a session of this topic, valid or not.</summary>
    public bool Admits(Credential credential, string topic, ReaderGroups? groups, DateTimeOffset sessionBegan)
    {
        // Who is in no group of a session's can check the origin of none of its messages.
        if (groups is not null && groups.GroupOf(credential.Attributes) is null)
            return false;

        var requirements = Project.Policy.RequirementsOf(topic);
        return requirements.ArchiveReaders.Contains(credential.Subject) ||
            (Project.Policy.MayConsume(topic, credential.Attributes) &&
                // Both are whole seconds: a session of the very second may have begun before.
                (requirements.History == HistoryAccess.All || sessionBegan.ToUnixTimeSeconds() > credential.Claims.EnrolledAt));
    }

    /// <summary>Whether a member may announce a session of this topic now.</summary>
    public bool MayProduce(string member, string topic, DateTimeOffset now) =>
        IsMember(member, now) && Project.Policy.MayProduce(topic, Newest(member)!.Attributes);

    /// <summary>Why a session is refused under the current policy; <see langword="null"/> if it is not.</summary>
    /// <param name="statement">The session.</param>
    /// <param name="announcedAt">When its producer announced it.</param>
    /// <param name="reader">Whom the messages are to be proven to; <see langword="null"/>: a member of no reader group.</param>
    public FailureReason? RefusalOf(SessionStatement statement, DateTimeOffset announcedAt, string? reader = null)
    {
        if (Project.RevocationOf(statement.Producer) is { } revocation &&
            (revocation.Kind == RevocationKind.Compromised || announcedAt.ToUnixTimeSeconds() >= revocation.At))
            return FailureReason.ProducerRevoked;

        // The producer may be gone and its credential over; that does not take back what it was allowed to send.
        if (Newest(statement.Producer) is not { } credential || !Project.Policy.MayProduce(statement.Topic, credential.Attributes))
            return FailureReason.ProducerDenied;

        // The modes are in the order of their strength, the strongest first.
        var requirements = Project.Policy.RequirementsOf(statement.Topic);
        if (statement.Authentication > requirements.Authentication)
            return FailureReason.WrongAuthentication;

        return requirements.Authentication == MessageAuthentication.Mac && statement.ReaderGroups is { } groups &&
            (groups.Attribute != requirements.ReaderGroups!.Attribute || (reader is not null && !requirements.AllowOutdatedMacs && IsForgeable(statement, reader)))
            ? FailureReason.WrongAuthentication
            : null;
    }

    /// <summary>
    /// Whether former members of a reader's group have the key of a session with macs, so that these prove no more than its secret does. For a
    /// reader in no group the answer is no.
    /// </summary>
    public bool IsForgeable(SessionStatement statement, string reader) =>
        GroupOf(reader, statement.ReaderGroups) is { } group && !Project.ProvesOrigin(statement.Core, group);

    private RecordProblem ObserveDocument(Jws jws)
    {
        if (jws.Hash == Project.Reference.Hash || jws.Hash == _unresolved?.Reference.Hash)
            return RecordProblem.None;
        var newest = _unresolved ?? Project;
        if (ProjectDocument.TryVerify(jws, newest) is not { } document)
            return RecordProblem.Malformed;
        if (document.Version < newest.Version)
            return RecordProblem.Outdated;
        if (document.Version == newest.Version)
        {
            HasConflictingDocuments = true;
            return RecordProblem.Conflict;
        }

        // A version above both settles which of two is followed.
        HasConflictingDocuments = false;
        _unresolved = document;
        Resolve();
        return RecordProblem.None;
    }

    // The authority publishes them before the document that names them. The hash in the document proves them; until then, the signature
    // keeps others from filling our memory.
    private RecordProblem ObserveRevocations(Jws jws)
    {
        if (RevocationRecord.TryRead(jws, Project.Id) is not { } record)
            return RecordProblem.Malformed;

        var isNamed = (_unresolved ?? Project).Claims.Revocations.Contains(record.Hash);
        if (!isNamed && !_announced.Keys.Prepend(Project.AuthorityKey).Any(key => record.IsSignedBy(Project.Id, key)))
            return RecordProblem.UnknownSender;

        _revocations.Keep(record, isNamed);
        Resolve();
        return RecordProblem.None;
    }

    // Nothing changes before the document that puts the key in force: then all at once.
    private RecordProblem ObserveKeyChange(Jws jws)
    {
        if (!KeyChange.IsWellFormed(jws))
            return RecordProblem.Malformed;
        if (KeyChange.TryVerify(jws.Text, Project.Id, Project.Authority, _announced.Find(jws.KeyId) ?? Project.AuthorityKey) is not { } change)
        {
            return jws.KeyId != Project.AuthorityKey.Thumbprint && Project.HasAuthorityKey(jws.KeyId)
                ? RecordProblem.Outdated
                : RecordProblem.UnknownSender;
        }

        if (Project.HasAuthorityKey(change.Key.Thumbprint))
            return RecordProblem.Malformed; // a replaced key never counts again
        return _announced.TryAdd(change.Key, jws.KeyId) ? RecordProblem.None : RecordProblem.OverBudget;
    }

    private void Resolve()
    {
        if (!Project.IsResolved && Project.TryResolve(_revocations.Find))
            _changed = true;
        if (_unresolved is not { } document || !document.TryResolve(_revocations.Find))
            return;

        _unresolved = null;
        PutInForce(document);
    }

    private void PutInForce(ProjectDocument document)
    {
        var (previous, known) = (Project, _newest);
        Project = document;
        _revocations.Name(previous.Claims.Revocations, document.Claims.Revocations);
        var isRotated = document.AuthorityKey.Thumbprint != previous.AuthorityKey.Thumbprint;
        if (isRotated)
        {
            _newest = _announced.PutInForce(document.AuthorityKey.Thumbprint);
            _newestNamed = null;
            foreach (var credential in _newest.Values)
                Name(credential);
        }

        if (document.Claims.Narrowings.Count > 0)
            _newest = _newest.Where(pair => pair.Value.Claims.Serial >= document.LowestSerialOf(pair.Key)).ToDictionary();

        Lose(topic => known.Values.Any(credential => ReadsAs(previous, credential, topic) is { } group && StillReadsAs(credential, topic) != group) ||
            // What a member that we have never seen could consume is unknown.
            document.Revocations.Any(revocation => previous.RevocationOf(revocation.Sub) is null && !known.ContainsKey(revocation.Sub)) ||
            document.Claims.Narrowings.Any(narrowing => narrowing.Serial > previous.LowestSerialOf(narrowing.Sub) && !known.ContainsKey(narrowing.Sub) && Newest(narrowing.Sub) is null));
        _changed = true;
        Compare(_newestNamed, document.Reference);
        Advanced?.Invoke(previous);

        // A key that was replaced reads nothing more; neither does a credential that the document has ruled out, nor one that the authority has
        // not signed again by its new key.
        string? StillReadsAs(Credential credential, string topic) =>
            credential.Claims.Serial < document.LowestSerialOf(credential.Subject) ? null
            : Newest(credential.Subject) is not { } newest ? (isRotated ? null : ReadsAs(document, credential, topic))
            : newest.Key.Thumbprint == credential.Key.Thumbprint ? ReadsAs(document, newest, topic)
            : null;
    }

    private void Name(Credential credential)
    {
        var named = credential.Claims.Document;
        Compare(named, Project.Reference);
        Compare(named, _newestNamed);
        if (_newestNamed is null || named.Version > _newestNamed.Version)
            _newestNamed = named;
    }

    // As a member of which reader group a member reads a topic: "" if the topic has none, null if it does not read it.
    private static string? ReadsAs(ProjectDocument document, Credential credential, string topic)
    {
        var requirements = document.Policy.RequirementsOf(topic);
        return document.RevocationOf(credential.Subject) is not null ||
            !(requirements.ArchiveReaders.Contains(credential.Subject) || document.Policy.MayConsume(topic, credential.Attributes)) ? null
            : requirements.ReaderGroups is { } groups ? groups.GroupOf(credential.Attributes)
            : "";
    }

    private void Lose(Func<string, bool> isLost) => Lost?.Invoke(isLost);

    private void Compare(DocumentReference? one, DocumentReference? other) =>
        HasConflictingDocuments |= one is not null && other is not null && one.Version == other.Version && one.Hash != other.Hash;
}

using E2EKafka.Records;

namespace E2EKafka.Membership;

/// <summary>
/// Who is who, as far as signed records tell: the newest project document and every member's newest credential.
/// For one thread.
/// </summary>
internal sealed class MemberDirectory(ProjectDocument project)
{
    private readonly Dictionary<string, Credential> _newest = [];
    private DocumentReference? _newestNamed;
    private bool _changed;

    public ProjectDocument Project { get; private set; } = project;

    /// <summary>
    /// A valid credential names a newer project document than we have: it is withheld, or on its way.
    /// Until it is here, nothing may be sealed or accepted.
    /// </summary>
    public bool IsOutdated => _newestNamed is { } named && named.Version > Project.Version;

    /// <summary>
    /// There are two documents of one version, signed by the authority or named in its credentials: its key or its backup is in two places.
    /// </summary>
    public bool HasConflictingDocuments { get; private set; }

    public IReadOnlyCollection<Credential> NewestCredentials => _newest.Values;

    /// <summary>Takes a project document from the log.</summary>
    public RecordProblem Observe(Jws jws, out bool advanced)
    {
        advanced = false;
        if (jws.Hash == Project.Reference.Hash)
            return RecordProblem.None;
        if (ProjectDocument.TryVerify(jws, Project) is not { } document)
            return RecordProblem.Malformed;
        if (document.Version < Project.Version)
            return RecordProblem.Outdated;
        if (document.Version == Project.Version)
        {
            HasConflictingDocuments = true;
            return RecordProblem.Conflict;
        }

        // A version above both settles which of two is followed.
        HasConflictingDocuments = false;
        var previous = Project;
        Project = document;
        Lose(topic => _newest.Values.Any(credential => MayConsume(previous, credential, topic) && !MayConsume(document, credential, topic)) ||
            // What a member that we have never seen could consume is unknown.
            document.Claims.Revocations.Any(revocation => previous.RevocationOf(revocation.Sub) is null && Newest(revocation.Sub) is null));
        advanced = true;
        _changed = true;
        Compare(_newestNamed, document.Reference);
        return RecordProblem.None;
    }

    /// <summary>Verifies a credential and remembers it if it is its subject's newest.</summary>
    /// <param name="text">The credential.</param>
    /// <param name="changed">Whether it replaced what was known of the member.</param>
    /// <returns>The credential; <see langword="null"/> if it is not the authority's.</returns>
    public Credential? Observe(string text, out bool changed)
    {
        changed = false;
        if (Jws.TryParse(text) is not { } jws)
            return null;
        if (jws.ReadUnverified(RecordJson.Default.CredentialClaims) is { } claims &&
            _newest.TryGetValue(claims.Sub, out var known) && known.Text == text)
            return known;
        if (Credential.TryVerify(jws, Project) is not { } credential)
            return null;

        var named = credential.Claims.Document;
        Compare(named, Project.Reference);
        Compare(named, _newestNamed);
        if (_newestNamed is null || named.Version > _newestNamed.Version)
            _newestNamed = named;
        if (_newest.TryGetValue(credential.Subject, out var newest) && !credential.IsNewerThan(newest))
            return credential;

        if (newest is not null)
        {
            var isReplaced = newest.Key.Thumbprint != credential.Key.Thumbprint;
            Lose(topic => MayConsume(Project, newest, topic) && (isReplaced || !MayConsume(Project, credential, topic)));
        }

        _newest[credential.Subject] = credential;
        changed = true;
        _changed = true;
        return credential;
    }

    /// <summary>
    /// Called when a member has lost the right to topics, with the question whether a topic is one of them: by a document, or by a
    /// credential with fewer attributes or another key. A credential that merely ends loses nothing.
    /// </summary>
    public Action<Func<string, bool>>? Lost { get; set; }

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
        document.RevocationOf(credential.Subject) is null &&
        (document.Policy.RequirementsOf(topic).ArchiveReaders.Contains(credential.Subject) ||
            document.Policy.MayConsume(topic, credential.Attributes));

    /// <summary>Whether a member is in the project now: not removed, and with a credential that is still valid.</summary>
    public bool IsMember(string member, DateTimeOffset now) =>
        Project.RevocationOf(member) is null && Newest(member) is { } credential && credential.IsValidAt(now);

    /// <summary>Whether a member may be given the key of a session of this topic now.</summary>
    /// <param name="member">The member's identifier.</param>
    /// <param name="topic">The session's topic.</param>
    /// <param name="sessionBegan">When the session began.</param>
    /// <param name="now">The time.</param>
    public bool MayReceive(string member, string topic, DateTimeOffset sessionBegan, DateTimeOffset now) =>
        IsMember(member, now) && Admits(Newest(member)!, topic, sessionBegan);

    /// <summary>Whether policy lets the bearer of a credential read a session of this topic, valid or not.</summary>
    public bool Admits(Credential credential, string topic, DateTimeOffset sessionBegan)
    {
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
    public FailureReason? RefusalOf(SessionStatement statement, DateTimeOffset announcedAt)
    {
        if (Project.RevocationOf(statement.Producer) is { } revocation &&
            (revocation.Kind == RevocationKind.Compromised || announcedAt.ToUnixTimeSeconds() >= revocation.At))
            return FailureReason.ProducerRevoked;

        // The producer may be gone and its credential over; that does not take back what it was allowed to send.
        if (Newest(statement.Producer) is not { } credential || !Project.Policy.MayProduce(statement.Topic, credential.Attributes))
            return FailureReason.ProducerDenied;

        return statement.Authentication == MessageAuthentication.Shared &&
            Project.Policy.RequirementsOf(statement.Topic).Authentication == MessageAuthentication.Signature
            ? FailureReason.WrongAuthentication
            : null;
    }

    private void Lose(Func<string, bool> isLost) => Lost?.Invoke(isLost);

    private void Compare(DocumentReference? one, DocumentReference? other) =>
        HasConflictingDocuments |= one is not null && other is not null && one.Version == other.Version && one.Hash != other.Hash;
}

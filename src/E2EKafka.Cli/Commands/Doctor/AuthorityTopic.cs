namespace E2EKafka.Cli;

/// <summary>What the authority has said lately, as far as Kafka has it. Read once, when it is first asked for.</summary>
internal sealed class AuthorityTopic(IKafkaView kafka, ProjectDocument project)
{
    /// <summary>How far back is read. The authority publishes its document daily, and signs a few credentials a day for each member.</summary>
    private const int MaxRecords = 20_000;

    private readonly MemberDirectory _directory = new(project);
    private bool _isRead;
    private DateTimeOffset? _lastHeard;
    private DateTimeOffset? _lastSigned;

    /// <summary>The newest project document.</summary>
    public ProjectDocument Project => Read()._directory.Project;

    /// <summary>There are two documents of one version.</summary>
    public bool HasConflictingDocuments => Read()._directory.HasConflictingDocuments;

    /// <summary>A valid credential names a document that Kafka does not show.</summary>
    public bool IsOutdated => Read()._directory.IsOutdated;

    /// <summary>Kafka's time of the newest record that is the authority's.</summary>
    public DateTimeOffset? LastHeard => Read()._lastHeard;

    /// <summary>The newest time in what the authority has signed, by the authority's clock.</summary>
    public DateTimeOffset? LastSigned => Read()._lastSigned;

    public Credential? NewestCredentialOf(string member) => Read()._directory.Newest(member);

    private AuthorityTopic Read()
    {
        if (_isRead)
            return this;

        foreach (var record in kafka.ReadNewest(project.Control.Authority, MaxRecords))
        {
            if (SignedAt(Jws.TryParse(record.Value)) is not { } signed)
                continue;

            _lastHeard = record.Timestamp is { } heard ? Later(_lastHeard, heard) : _lastHeard;
            _lastSigned = Later(_lastSigned, RecordClock.ToTime(signed));
        }

        _isRead = true;
        return this;
    }

    /// <summary>When a record was signed; <see langword="null"/> if it is not the authority's.</summary>
    private long? SignedAt(Jws? jws) => jws?.Type switch
    {
        RecordTypes.Project when IsObserved(jws) => jws.ReadUnverified(RecordJson.Default.ProjectClaims)?.Iat,
        RecordTypes.Credential when IsObserved(jws) => jws.ReadUnverified(RecordJson.Default.CredentialClaims)?.Iat,
        RecordTypes.KeyChange when IsObserved(jws) => jws.ReadUnverified(RecordJson.Default.KeyChangeClaims)?.Iat,
        RecordTypes.Revocations when IsObserved(jws) => 0,
        RecordTypes.Refusal when jws.ReadUnverified(RecordJson.Default.RefusalClaims) is { } claims && RefusalClaims.IsReason(claims.Reason) && RecordClock.IsTime(claims.Iat) &&
            jws.Verify(RecordTypes.Refusal, project.Id, _directory.Project.AuthorityKey) => claims.Iat,
        _ => null,
    };

    private bool IsObserved(Jws jws) =>
        _directory.Observe(jws) is RecordProblem.None or RecordProblem.Outdated or RecordProblem.Conflict;

    private static DateTimeOffset Later(DateTimeOffset? one, DateTimeOffset other) => one > other ? one.Value : other;
}

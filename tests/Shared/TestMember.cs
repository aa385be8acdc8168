namespace E2EKafka.Tests;

/// <summary>An enrolled member of a <see cref="TestProject"/>.</summary>
internal sealed class TestMember : IDisposable
{
    private readonly TestProject _project;
    private readonly List<TestSession> _sessions = [];

    public TestMember(TestProject project, EnrollmentTicket ticket)
    {
        _project = project;
        PackageKey = project.Document.Kem!.Generate();
        Credential = project.CredentialIn(project.Authority.Answer(Request(ticket)))
            ?? throw new InvalidOperationException("The authority refused to enroll.");
    }

    public SigningKey Key { get; } = SigningKey.Generate();

    public HpkePrivateKey PackageKey { get; }

    public string Identifier => Key.Public.Thumbprint;

    /// <summary>Its newest credential.</summary>
    public Credential Credential { get; private set; }

    /// <summary>A request to enroll with a ticket, or to renew.</summary>
    public Jws Request(EnrollmentTicket? ticket = null) =>
        AuthorityRequest.Create(_project.Document, Identifier, Key, ticket, _project.Now);

    public void Renew() => Credential = _project.CredentialIn(_project.Authority.Answer(Request()))
        ?? throw new InvalidOperationException("The authority refused to renew.");

    public KeyPackage KeyPackage(params string[] topics) =>
        Records.KeyPackage.Create(
            _project.Document.Id, Identifier, PackageKey.PublicKey, topics, isDurable: true, Key, _project.Now, TimeSpan.FromHours(24));

    /// <summary>A new session of this producer.</summary>
    public TestSession Session(
        string topic, MessageAuthentication authentication = MessageAuthentication.Signature, DateTimeOffset? begins = null, TimeSpan? lifetime = null)
    {
        var session = new TestSession(
            _project.Document, topic, this, authentication, begins ?? _project.Now, lifetime ?? TimeSpan.FromHours(1));
        _sessions.Add(session);
        return session;
    }

    /// <summary>A session's secret, sealed by this member to key packages, in one record.</summary>
    public Jws Grant(TestSession session, params KeyPackage[] recipients) => Grant(session, groupKey: null, recipients);

    /// <summary>A session's secret with the key of a reader group.</summary>
    public Jws Grant(TestSession session, GroupKey? groupKey, params KeyPackage[] recipients) =>
        TestProject.Parse(KeyGrant.Create(
            _project.Document.Id, Identifier, Key,
            recipients.Select(package => KeyGrant.Seal([(session.Statement, session.Secret, groupKey)], package, Identifier)), _project.Now).Single());

    public void Dispose()
    {
        foreach (var session in _sessions)
            session.Dispose();
        Key.Dispose();
        PackageKey.Dispose();
    }
}

namespace E2EKafka.Tests;

/// <summary>A whole project in memory, with real keys and a clock that stands still: its authority, and members that <see cref="Join"/>.</summary>
internal sealed class TestProject : IDisposable
{
    public static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);
    public static readonly TimeSpan CredentialLifetime = TimeSpan.FromHours(48);

    private readonly List<TestMember> _members = [];

    public TestProject(string name = "test", HpkeKem? kem = null, bool isDevelopment = true)
    {
        Authority = ProjectAuthority.Create(
            Vault, Clock, CredentialLifetime, name,
            new ControlTopicLayout(ControlTopicLayout.DefaultPrefix, ControlTopicLayout.DefaultPartitions),
            kem,
            isDevelopment);
        AuthorityKey = SigningKey.Import(Vault.Read("authority", "signing"));
    }

    public ManualTimeProvider Clock { get; } = new(Start);

    public DateTimeOffset Now => Clock.GetUtcNow();

    /// <summary>The authority's vault.</summary>
    public MemoryVault Vault { get; } = new();

    public ProjectAuthority Authority { get; }

    /// <summary>The authority's own key, to sign what no honest authority would.</summary>
    public SigningKey AuthorityKey { get; }

    public ProjectDocument Document => Authority.Document;

    /// <summary>A record that must have the form of one.</summary>
    public static Jws Parse(string record) =>
        Jws.TryParse(record) ?? throw new InvalidOperationException("Not a record: " + record);

    /// <summary>Enrolls a new member with a ticket for these attributes.</summary>
    public TestMember Join(params (string Name, string Value)[] attributes)
    {
        var member = new TestMember(this, Ticket(attributes: attributes));
        _members.Add(member);
        return member;
    }

    public EnrollmentTicket Ticket(int uses = 1, TimeSpan? lifetime = null, params (string Name, string Value)[] attributes) =>
        Authority.CreateTicket(attributes.ToDictionary(pair => pair.Name, pair => pair.Value), uses, lifetime ?? TimeSpan.FromMinutes(10));

    /// <summary>What a peer knows that has read all that was published of these members.</summary>
    public MemberDirectory DirectoryOf(params TestMember[] members)
    {
        var directory = new MemberDirectory(Document);
        foreach (var member in members)
            directory.Observe(member.Credential.Text);
        return directory;
    }

    /// <summary>The credential that the authority answered with; <see langword="null"/> if it refused.</summary>
    public Credential? CredentialIn(string? answer) => answer is null ? null : Credential.TryVerify(Parse(answer), Document);

    /// <summary>Why the authority refused, from its signed answer; <see langword="null"/> if it did not.</summary>
    public FailureReason? RefusalIn(string? answer, Jws request)
    {
        if (answer is null)
            return null;

        var jws = Parse(answer);
        return jws.Type == RecordTypes.Refusal && jws.Verify(RecordTypes.Refusal, Document.Id, Document.AuthorityKey) &&
            jws.ReadUnverified(RecordJson.Default.RefusalClaims) is { } refusal && refusal.Request == request.Hash
            ? refusal.Reason
            : null;
    }

    /// <summary>A credential that the authority signs with other claims than it gave the member.</summary>
    public string Reissue(TestMember member, Func<CredentialClaims, CredentialClaims> change) => Jws.Sign(
        RecordTypes.Credential, AuthorityKey, change(member.Credential.Claims), RecordJson.Default.CredentialClaims);

    public void Dispose()
    {
        foreach (var member in _members)
            member.Dispose();
        AuthorityKey.Dispose();
        Authority.Dispose();
        Vault.Dispose();
    }
}

using E2EKafka.Tests;

namespace E2EKafka.Identity.Tests;

/// <summary>A project, and the short words in which its authority's tests speak.</summary>
public abstract class AuthorityFixture
{
    private readonly List<SigningKey> _keys = [];

    private protected TestProject Project { get; private set; } = null!;

    private protected ProjectAuthority Authority => Project.Authority;

    [SetUp]
    public void MakeProject() => Project = new TestProject();

    [TearDown]
    public void DisposeProject()
    {
        Project.Dispose();
        _keys.ForEach(key => key.Dispose());
        _keys.Clear();
    }

    private protected SigningKey NewKey()
    {
        var key = SigningKey.Generate();
        _keys.Add(key);
        return key;
    }

    /// <summary>A request as an honest member makes it.</summary>
    private protected Jws Request(SigningKey key, EnrollmentTicket? ticket) =>
        AuthorityRequest.Create(Project.Document, key.Public.Thumbprint, key, ticket, Project.Now);

    private protected Credential? Enroll(SigningKey key, EnrollmentTicket ticket) => Project.CredentialIn(Authority.Answer(Request(key, ticket)));

    private protected FailureReason? RefusalOf(SigningKey key, EnrollmentTicket? ticket) => RefusalOf(Request(key, ticket));

    private protected FailureReason? RefusalOf(Jws request) => Project.RefusalIn(Authority.Answer(request), request);

    /// <summary>What the authority's vault has.</summary>
    private protected static IReadOnlyList<string> Collections => ["authority", "tickets", "members", "revocations", "removed"];

    private protected static MemoryVault CopyOf(MemoryVault vault)
    {
        var copy = new MemoryVault();
        using var batch = new VaultBatch();
        foreach (var collection in Collections)
        {
            foreach (var (name, value) in vault.List(collection))
                batch.Put(collection, name, value);
        }

        copy.Write(batch);
        return copy;
    }
}

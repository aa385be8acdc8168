namespace E2EKafka.Tests;

/// <summary>A session as its producer has it: the secret, the keys and what it announced.</summary>
internal sealed class TestSession : IDisposable
{
    public TestSession(
        ProjectDocument project, string topic, TestMember producer, MessageAuthentication authentication, DateTimeOffset begins, TimeSpan lifetime)
    {
        SigningKey = authentication == MessageAuthentication.Signature ? SigningKey.Generate() : null;
        var groups = authentication == MessageAuthentication.Mac ? Groups : null;
        GroupKeys = [.. (groups?.Values ?? []).Select(GroupKey.Random)];
        Statement = SessionKeys.State(
            Secret,
            CoreOf(project, topic, producer.Identifier, SigningKey?.Public, begins, begins + lifetime) with { Authentication = authentication, ReaderGroups = groups },
            GroupKeys);
        Keys = SessionKeys.TryDerive(Secret, Statement)!;
        Announcement = SessionAnnouncement.Create([Statement], producer.Key, next: null, begins);
    }

    /// <summary>The reader groups of a session with macs.</summary>
    public static ReaderGroups Groups { get; } = new() { Attribute = "service", Values = ["billing", "audit"] };

    /// <summary>The keys of its reader groups; none without macs.</summary>
    public IReadOnlyList<GroupKey> GroupKeys { get; }

    public SecretBytes Secret { get; } = SecretBytes.Random(SessionKeys.SecretSize);

    /// <summary>What signs its messages; none in <see cref="MessageAuthentication.Shared"/>.</summary>
    public SigningKey? SigningKey { get; }

    public SessionStatement Statement { get; }

    public SessionKeys Keys { get; }

    /// <summary>The signed record.</summary>
    public string Announcement { get; }

    /// <summary>The announcement as it is read from the log.</summary>
    public Jws Record => TestProject.Parse(Announcement);

    /// <summary>The core of a session that obeys a document, within the largest bounds.</summary>
    public static SessionCore CoreOf(
        ProjectDocument project, string topic, string producer, SigningPublicKey? signingKey, DateTimeOffset begins, DateTimeOffset ends) => new(
        project.Id, project.Reference, topic, producer,
        signingKey is null ? MessageAuthentication.Shared : MessageAuthentication.Signature,
        begins.ToUnixTimeSeconds(), ends.ToUnixTimeSeconds(), SessionStatement.MaxMessages, SessionStatement.MaxBytes, signingKey?.Jwk);

    public void Dispose()
    {
        Keys.Dispose();
        Secret.Dispose();
        SigningKey?.Dispose();
        foreach (var key in GroupKeys)
            key.Dispose();
    }
}

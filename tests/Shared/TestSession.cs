namespace E2EKafka.Tests;

/// <summary>A session as its producer has it: the secret, the keys and what it announced.</summary>
internal sealed class TestSession : IDisposable
{
    public TestSession(
        string project, string topic, TestMember producer, MessageAuthentication authentication, DateTimeOffset begins, TimeSpan lifetime)
    {
        SigningKey = authentication == MessageAuthentication.Signature ? SigningKey.Generate() : null;
        Statement = new SessionStatement(project, topic, producer.Identifier, SigningKey?.Public);
        Keys = SessionKeys.Derive(Secret, Statement);
        Announcement = SessionAnnouncement.Create(Statement, Keys, producer.Key, producer.Credential, begins, begins + lifetime);
    }

    public SecretBytes Secret { get; } = SecretBytes.Random(SessionKeys.SecretSize);

    /// <summary>What signs its messages; none in <see cref="MessageAuthentication.Shared"/>.</summary>
    public SigningKey? SigningKey { get; }

    public SessionStatement Statement { get; }

    public SessionKeys Keys { get; }

    public SessionAnnouncement Announcement { get; }

    /// <summary>The announcement as it is read from the log.</summary>
    public Jws Record => TestProject.Parse(Announcement.Record);

    public void Dispose()
    {
        Keys.Dispose();
        Secret.Dispose();
        SigningKey?.Dispose();
    }
}

using E2EKafka.Cryptography;
using E2EKafka.Membership;
using E2EKafka.Policies;
using E2EKafka.Records;

namespace E2EKafka.Sessions;

/// <summary>A verified announcement of a session.</summary>
internal sealed class SessionAnnouncement
{
    /// <summary>No session lasts longer.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromHours(24);

    private SessionAnnouncement(Jws jws, SessionClaims claims, SigningPublicKey? signingKey)
    {
        Record = jws.Text;
        Hash = jws.Hash;
        Claims = claims;
        SigningKey = signingKey;
        Id = SessionId.Read(claims.Session);
    }

    public SessionClaims Claims { get; }

    /// <summary>The signed record.</summary>
    public string Record { get; }

    /// <summary>What grants name it by.</summary>
    public string Hash { get; }

    public SessionId Id { get; }

    public string Topic => Claims.Topic;

    public string Producer => Claims.Sub;

    public MessageAuthentication Authentication => Claims.Authentication;

    public SigningPublicKey? SigningKey { get; }

    public DateTimeOffset Begins => RecordClock.ToTime(Claims.Iat);

    public DateTimeOffset Ends => RecordClock.ToTime(Claims.Exp);

    public SessionStatement Statement => new(Claims.Aud, Topic, Producer, SigningKey);

    /// <summary>Announces a session of our own.</summary>
    public static SessionAnnouncement Create(
        SessionStatement statement, SessionKeys keys, SigningKey identity, Credential credential, DateTimeOffset begins, DateTimeOffset ends)
    {
        var claims = new SessionClaims(
            Aud: statement.Project,
            Sub: statement.Producer,
            Iat: begins.ToUnixTimeSeconds(),
            Exp: ends.ToUnixTimeSeconds(),
            Topic: statement.Topic,
            Session: keys.Id.ToArray(),
            Commitment: keys.Commitment,
            Authentication: statement.Authentication,
            Credential: credential.Text,
            Key: statement.SigningKey?.Jwk);
        var jws = Jws.TryParse(Jws.Sign(RecordTypes.Session, identity, claims, RecordJson.Default.SessionClaims))!;
        return new SessionAnnouncement(jws, claims, statement.SigningKey);
    }

    /// <summary>Verifies an announcement: who made it, and that its times make sense. Whether policy lets it stand is asked anew whenever policy changes.</summary>
    public static SessionAnnouncement? TryVerify(Jws jws, MemberDirectory directory, DateTimeOffset now, out RecordProblem problem)
    {
        problem = RecordProblem.Malformed;
        if (jws.ReadUnverified(RecordJson.Default.SessionClaims) is not { } claims ||
            claims.Session.Length != SessionId.Size ||
            claims.Commitment.Length != SessionKeys.CommitmentSize ||
            !TopicPattern.IsTopicName(claims.Topic) ||
            (claims.Authentication == MessageAuthentication.Signature) != (claims.Key is not null))
            return null;

        var signingKey = claims.Key is null ? null : SigningPublicKey.TryRead(claims.Key);
        if (claims.Key is not null && signingKey is null)
            return null;

        problem = RecordProblem.OtherProject;
        if (claims.Aud != directory.Project.Id)
            return null;

        problem = RecordProblem.BadTimes;
        if (!RecordClock.IsLifetime(claims.Iat, claims.Exp, MaxLifetime, now))
            return null;

        if (directory.VerifySender(jws, RecordTypes.Session, claims.Sub, claims.Credential, claims.Iat, out problem) is not { } credential)
            return null;

        problem = RecordProblem.BadTimes;
        if (claims.Exp > credential.Claims.Exp)
            return null;

        problem = RecordProblem.None;
        return new SessionAnnouncement(jws, claims, signingKey);
    }

    /// <summary>Why the session is refused under the current policy; <see langword="null"/> if it is not.</summary>
    public FailureReason? RefusalBy(MemberDirectory directory)
    {
        var project = directory.Project;
        if (project.RevocationOf(Producer) is { } revocation &&
            (revocation.Kind == RevocationKind.Compromised || Claims.Iat >= revocation.At))
            return FailureReason.ProducerRevoked;

        // The producer may be gone and its credential over; that does not take back what it was allowed to send.
        if (directory.Newest(Producer) is not { } credential || !project.Policy.MayProduce(Topic, credential.Attributes))
            return FailureReason.ProducerDenied;

        return Authentication == MessageAuthentication.Shared &&
            project.Policy.RequirementsOf(Topic).Authentication == MessageAuthentication.Signature
            ? FailureReason.WrongAuthentication
            : null;
    }

    public override string ToString() => $"session {Id} of {Producer} for {Topic}";
}

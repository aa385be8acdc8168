using E2EKafka.Cryptography;
using E2EKafka.Membership;
using E2EKafka.Policies;
using E2EKafka.Records;

namespace E2EKafka.Sessions;

/// <summary>A verified plea for session keys. It is answered to the member's key package, never to anything in the request.</summary>
internal sealed class KeyRequest
{
    /// <summary>In one request.</summary>
    public const int MaxSessions = 100;

    private KeyRequest(KeyRequestClaims claims) => Claims = claims;

    public KeyRequestClaims Claims { get; }

    public IEnumerable<SessionId> Sessions => Claims.Sessions.Select(id => SessionId.Read(id));

    public static string Create(
        string projectId, string member, string topic, IEnumerable<SessionId> sessions, SigningKey identity, Credential credential, DateTimeOffset now) =>
        Jws.Sign(
            RecordTypes.KeyRequest,
            identity,
            new KeyRequestClaims(projectId, member, now.ToUnixTimeSeconds(), topic, [.. sessions.Select(id => id.ToArray())], credential.Text),
            RecordJson.Default.KeyRequestClaims);

    public static KeyRequest? TryVerify(Jws jws, MemberDirectory directory, DateTimeOffset now, out RecordProblem problem)
    {
        problem = RecordProblem.Malformed;
        if (jws.ReadUnverified(RecordJson.Default.KeyRequestClaims) is not { } claims ||
            !TopicPattern.IsTopicName(claims.Topic) ||
            claims.Sessions.Count is 0 or > MaxSessions ||
            !claims.Sessions.All(id => id is { Length: SessionId.Size }) ||
            claims.Sessions.DistinctBy(id => SessionId.Read(id)).Count() != claims.Sessions.Count)
            return null;

        problem = RecordProblem.OtherProject;
        if (claims.Aud != directory.Project.Id)
            return null;

        // Whoever asked long ago has been answered, or asks again.
        problem = RecordProblem.Delayed;
        if (!RecordClock.IsTime(claims.Iat) || (RecordClock.ToTime(claims.Iat) - now).Duration() > RecordClock.MaxDelay)
            return null;

        return directory.VerifySender(jws, RecordTypes.KeyRequest, claims.Sub, claims.Credential, claims.Iat, out problem) is null
            ? null
            : new KeyRequest(claims);
    }
}

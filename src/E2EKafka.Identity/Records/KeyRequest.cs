using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>A request for session keys. It is answered to the member's key package, never to anything in the request.</summary>
internal sealed class KeyRequest : IMemberRecord<KeyRequest>
{
    public const int MaxAttempt = 64;

    /// <summary>How far back requests are read after a restart: four of the longest pauses.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(20);

    /// <summary>The longest pause that two attempts need between them.</summary>
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(300);

    private KeyRequest(KeyRequestClaims claims) => Claims = claims;

    public static string Type => RecordTypes.KeyRequest;

    public KeyRequestClaims Claims { get; }

    public string Project => Claims.Aud;

    public string Sender => Claims.Sub;

    public long IssuedAt => Claims.Iat;

    /// <summary>How long before attempt n (2 or more) attempt n−1 must have been written: 2ⁿ⁻¹ s, at most 300 s.</summary>
    public static TimeSpan PauseBefore(int attempt) => attempt > 9 ? MaxPause : TimeSpan.FromSeconds(1 << (attempt - 1));

    public static string Create(
        string projectId, string member, string package, int attempt, IEnumerable<SessionStatement> sessions, SigningKey identity, DateTimeOffset now)
    {
        List<SessionName> names = [.. sessions.Select(session => SessionName.Of(session))];
        ArgumentOutOfRangeException.ThrowIfGreaterThan(names.Count, SessionStatement.MaxInRecord, nameof(sessions));
        return Jws.Sign(
            Type,
            identity,
            new KeyRequestClaims(projectId, member, now.ToUnixTimeSeconds(), package, attempt, names),
            RecordJson.Default.KeyRequestClaims);
    }

    public static KeyRequest? Read(Jws jws) =>
        jws.ReadUnverified(RecordJson.Default.KeyRequestClaims) is { } claims &&
        Base64UrlBytes.IsHash(claims.Package) && claims.Attempt is > 0 and <= MaxAttempt && SessionName.AreValid(claims.Sessions) &&
        claims.Sessions.All(session => session.Group is null)
            ? new KeyRequest(claims)
            : null;
}

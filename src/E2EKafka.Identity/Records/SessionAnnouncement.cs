using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>An announcement: sessions of one topic that their producer vouches for.</summary>
internal sealed class SessionAnnouncement : IMemberRecord<SessionAnnouncement>
{
    private SessionAnnouncement(AnnouncementClaims claims, IReadOnlyList<SessionStatement> statements, SigningPublicKey? nextKey)
    {
        Claims = claims;
        Statements = statements;
        NextKey = nextKey;
    }

    public static string Type => RecordTypes.Announcement;

    public AnnouncementClaims Claims { get; }

    /// <summary>At least one, all of one topic.</summary>
    public IReadOnlyList<SessionStatement> Statements { get; }

    public SigningPublicKey? NextKey { get; }

    public string Topic => Statements[0].Topic;

    public string Project => Claims.Aud;

    public string Sender => Claims.Sub;

    public long IssuedAt => Claims.Iat;

    /// <summary>Announces sessions of our own.</summary>
    /// <param name="statements">At most <see cref="SessionStatement.MaxInRecord"/>, of one topic.</param>
    /// <param name="identity">The identity key.</param>
    /// <param name="next">The key that is to replace it, if one is.</param>
    /// <param name="now">The time.</param>
    public static string Create(IReadOnlyList<SessionStatement> statements, SigningKey identity, SigningKey? next, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(statements.Count, SessionStatement.MaxInRecord, nameof(statements));
        var claims = new AnnouncementClaims(
            statements[0].Project, statements[0].Producer, now.ToUnixTimeSeconds(), [.. statements.Select(statement => statement.Claims)]);
        if (next is not null)
            claims = claims with { Next = new NextKeySignature(next.Public.Jwk, next.Sign(SignedByNext(claims))) };
        return Jws.Sign(Type, identity, claims, RecordJson.Default.AnnouncementClaims);
    }

    public static SessionAnnouncement? Read(Jws jws)
    {
        if (jws.ReadUnverified(RecordJson.Default.AnnouncementClaims) is not { } claims ||
            claims.Statements.Count is 0 or > SessionStatement.MaxInRecord)
            return null;

        var statements = claims.Statements.Select(SessionStatement.TryRead).OfType<SessionStatement>().ToList();
        if (statements.Count != claims.Statements.Count ||
            statements.Any(statement =>
                statement.Project != claims.Aud || statement.Producer != claims.Sub || statement.Topic != statements[0].Topic) ||
            statements.DistinctBy(statement => statement.Id).Count() != statements.Count)
            return null;

        if (claims.Next is null)
            return new SessionAnnouncement(claims, statements, nextKey: null);

        return SigningPublicKey.TryRead(claims.Next.Key) is { } next && next.Verify(SignedByNext(claims), claims.Next.Signature)
            ? new SessionAnnouncement(claims, statements, next)
            : null;
    }

    public override string ToString() => string.Join(", ", Statements);

    private static byte[] SignedByNext(AnnouncementClaims claims) =>
        [.. "E2EKafka/1 next key\0"u8, .. ExactJson.Write(claims with { Next = null }, RecordJson.Default.AnnouncementClaims)];
}

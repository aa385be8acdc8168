using System.Text;
using E2EKafka.Cryptography;
using E2EKafka.Membership;
using E2EKafka.Policies;
using E2EKafka.Records;

namespace E2EKafka.Sessions;

/// <summary>A verified grant: a session's secret, sealed to members. That the secret is the session's is proven by its commitment, not by who sent it.</summary>
internal sealed class KeyGrant
{
    /// <summary>How many recipients one record has, so that it stays below <see cref="Jws.MaxSize"/> with base64url's third on top.</summary>
    public const int MaxRecipients = 500;

    private KeyGrant(GrantClaims claims)
    {
        Claims = claims;
        Session = SessionId.Read(claims.Session);
    }

    public GrantClaims Claims { get; }

    public SessionId Session { get; }

    /// <summary>Seals a session's secret to at most <see cref="MaxRecipients"/> key packages.</summary>
    /// <returns>The record.</returns>
    public static string Create(
        SecretBytes secret, SessionAnnouncement announcement, IReadOnlyCollection<KeyPackage> recipients,
        string sender, SigningKey identity, Credential credential, DateTimeOffset now)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(recipients.Count, MaxRecipients);
        var claims = new GrantClaims(
            Aud: announcement.Claims.Aud,
            Sub: sender,
            Iat: now.ToUnixTimeSeconds(),
            Topic: announcement.Topic,
            Session: announcement.Claims.Session,
            Announcement: announcement.Hash,
            Recipients:
            [
                .. recipients.Select(package => new GrantRecipient(
                    package.Member,
                    package.Id,
                    Hpke.Seal(package.Key, InfoOf(announcement.Claims.Aud, announcement.Id, sender, package.Member, package.Id), [], secret.Span)))
            ],
            Credential: credential.Text);
        return Jws.Sign(RecordTypes.Grant, identity, claims, RecordJson.Default.GrantClaims);
    }

    public static KeyGrant? TryVerify(Jws jws, MemberDirectory directory, DateTimeOffset now, out RecordProblem problem)
    {
        problem = RecordProblem.Malformed;
        if (jws.ReadUnverified(RecordJson.Default.GrantClaims) is not { } claims ||
            claims.Session.Length != SessionId.Size ||
            !TopicPattern.IsTopicName(claims.Topic) ||
            claims.Recipients.Count is 0 or > MaxRecipients ||
            claims.Recipients.Any(recipient =>
                recipient is null || !Base64UrlBytes.IsHash(recipient.Sub) || !Base64UrlBytes.IsHash(recipient.Package) ||
                recipient.Sealed.Length != SessionKeys.SecretSize + Hpke.Overhead) ||
            claims.Recipients.DistinctBy(recipient => (recipient.Sub, recipient.Package)).Count() != claims.Recipients.Count)
            return null;

        problem = RecordProblem.OtherProject;
        if (claims.Aud != directory.Project.Id)
            return null;

        problem = RecordProblem.BadTimes;
        if (!RecordClock.IsTime(claims.Iat) || RecordClock.ToTime(claims.Iat) > now + RecordClock.Skew)
            return null;

        return directory.VerifySender(jws, RecordTypes.Grant, claims.Sub, claims.Credential, claims.Iat, out problem) is null
            ? null
            : new KeyGrant(claims);
    }

    /// <summary>Opens the part that is sealed to a key package; <see langword="null"/> if there is none, or it was tampered with.</summary>
    public SecretBytes? TryOpen(string member, string packageId, HpkePrivateKey packageKey)
    {
        var mine = Claims.Recipients.FirstOrDefault(recipient => recipient.Sub == member && recipient.Package == packageId);
        if (mine is null)
            return null;

        var secret = Hpke.TryOpen(packageKey, InfoOf(Claims.Aud, Session, Claims.Sub, member, packageId), [], mine.Sealed);
        if (secret is { Length: not SessionKeys.SecretSize })
        {
            secret.Dispose();
            return null;
        }

        return secret;
    }

    private static byte[] InfoOf(string project, SessionId session, string sender, string recipient, string package) =>
        Encoding.UTF8.GetBytes($"E2EKafka/1 grant\0{project}\0{session}\0{sender}\0{recipient}\0{package}");
}

using System.Buffers.Text;
using System.Text;
using E2EKafka.Cryptography;
using E2EKafka.Membership;
using E2EKafka.Policies;
using E2EKafka.Records;

namespace E2EKafka.Sessions;

/// <summary>A verified grant: a session's secret, sealed to members. That the secret is the session's is proven by its commitment, not by who sent it.</summary>
internal sealed class KeyGrant
{
    /// <summary>What a record has for all but its recipients, in bytes of base64url: most of it a sender's credential with the largest attributes.</summary>
    private const int SizeOfOthers = 64 * 1024;

    /// <summary>The JSON of one recipient without what is sealed, in bytes: <c>{"sub":"…","package":"…","sealed":""},</c> with two hashes.</summary>
    private const int SizeOfRecipient = 36 + (2 * 43);

    private KeyGrant(GrantClaims claims)
    {
        Claims = claims;
        Session = SessionId.Read(claims.Session);
    }

    public GrantClaims Claims { get; }

    public SessionId Session { get; }

    /// <summary>How many recipients one record has at most, if none of them has a KEM with larger keys: it stays below <see cref="Jws.MaxSize"/>.</summary>
    public static int MaxRecipientsOf(HpkeKem kem) =>
        (Jws.MaxSize - SizeOfOthers) / 4 * 3 / (SizeOfRecipient + Base64Url.GetEncodedLength(SessionKeys.SecretSize + kem.Overhead));

    /// <summary>Distributes recipients over as few records as they fit into.</summary>
    public static IEnumerable<IReadOnlyCollection<KeyPackage>> Distribute(IEnumerable<KeyPackage> recipients) =>
        recipients.GroupBy(package => package.Key.Kem).SelectMany(group => group.Chunk(MaxRecipientsOf(group.Key)));

    /// <summary>Seals a session's secret to key packages that fit into one record (<see cref="Distribute"/>).</summary>
    /// <returns>The record.</returns>
    public static string Create(
        SecretBytes secret, SessionAnnouncement announcement, IReadOnlyCollection<KeyPackage> recipients,
        string sender, SigningKey identity, Credential credential, DateTimeOffset now)
    {
        if (recipients.Count > 0)
            ArgumentOutOfRangeException.ThrowIfGreaterThan(recipients.Count, recipients.Min(package => MaxRecipientsOf(package.Key.Kem)));
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
            claims.Recipients.Count == 0 ||
            claims.Recipients.Any(recipient =>
                recipient is null || !Base64UrlBytes.IsHash(recipient.Sub) || !Base64UrlBytes.IsHash(recipient.Package) ||
                KemOf(recipient) is not { } kem || claims.Recipients.Count > MaxRecipientsOf(kem)) ||
            claims.Recipients.DistinctBy(recipient => (recipient.Sub, recipient.Package)).Count() != claims.Recipients.Count)
            return null;

        problem = RecordProblem.OtherProject;
        if (claims.Aud != directory.Project.Id)
            return null;

        problem = RecordProblem.AlgorithmNotAllowed;
        if (!claims.Recipients.All(recipient => directory.Project.Allows(KemOf(recipient)!)))
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

    // By its size alone: what is sealed does not name its KEM.
    private static HpkeKem? KemOf(GrantRecipient recipient) =>
        HpkeKem.All.FirstOrDefault(kem => recipient.Sealed.Length == SessionKeys.SecretSize + kem.Overhead);

    private static byte[] InfoOf(string project, SessionId session, string sender, string recipient, string package) =>
        Encoding.UTF8.GetBytes($"E2EKafka/1 grant\0{project}\0{session}\0{sender}\0{recipient}\0{package}");
}

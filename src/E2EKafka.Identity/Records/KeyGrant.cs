using System.Security.Cryptography;
using System.Text;
using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>
/// A grant: secrets of sessions, sealed to members, in one encapsulation for each. That a secret is the session's is proven by the
/// commitment in its statement, not by the sender.
/// </summary>
internal sealed class KeyGrant : IMemberRecord<KeyGrant>
{
    /// <summary>Size of a session's secret, in bytes.</summary>
    public const int SecretSize = 32;

    /// <summary>In one record.</summary>
    public const int MaxRecipients = 500;

    /// <summary>The size of one record's recipients together, in bytes of JSON: with base64url's third on top it stays below <see cref="Jws.MaxSize"/>.</summary>
    private const int MaxRecipientsSize = 180 * 1024;

    private KeyGrant(GrantClaims claims) => Claims = claims;

    public static string Type => RecordTypes.Grant;

    public GrantClaims Claims { get; }

    public string Project => Claims.Aud;

    public string Sender => Claims.Sub;

    public long IssuedAt => Claims.Iat;

    /// <summary>Seals secrets to one key package.</summary>
    /// <param name="sessions">At most <see cref="SessionStatement.MaxInRecord"/>, with the key of the recipient's reader group where they list groups.</param>
    /// <param name="package">The recipient's key package.</param>
    /// <param name="sender">Our identifier.</param>
    public static GrantRecipient Seal(
        IReadOnlyList<(SessionStatement Statement, SecretBytes Secret, GroupKey? Group)> sessions, KeyPackage package, string sender)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sessions.Count, SessionStatement.MaxInRecord, nameof(sessions));
        List<SessionName> names = [.. sessions.Select(session => SessionName.Of(session.Statement, session.Group?.Group))];
        var secrets = new byte[SizeOfSecrets(names)];
        try
        {
            var rest = secrets.AsSpan();
            foreach (var (_, secret, group) in sessions)
            {
                secret.Span.CopyTo(rest);
                rest = rest[SecretSize..];
                group?.Key.Span.CopyTo(rest);
                rest = rest[(group?.Key.Length ?? 0)..];
            }

            return new GrantRecipient(
                package.Member, package.Id, names,
                Hpke.Seal(package.Key, InfoOf(package.Project, sender, package.Member, package.Id), HashOf(names), secrets));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secrets);
        }
    }

    /// <summary>Signs grants to recipients of one partition, in as many records as it takes; what one key package gets in several parts is in several.</summary>
    public static IEnumerable<string> Create(
        string projectId, string sender, SigningKey identity, IEnumerable<GrantRecipient> recipients, DateTimeOffset now)
    {
        List<GrantRecipient> batch = [];
        HashSet<(string Member, string Package)> inBatch = [];
        var size = 0;
        foreach (var recipient in recipients)
        {
            var added = SizeOf(recipient);
            var key = (recipient.Sub, recipient.Package);
            if (batch.Count == MaxRecipients || (batch.Count > 0 && size + added > MaxRecipientsSize) || inBatch.Contains(key))
            {
                yield return Sign(batch);
                (batch, inBatch, size) = ([], [], 0);
            }

            batch.Add(recipient);
            inBatch.Add(key);
            size += added;
        }

        if (batch.Count > 0)
            yield return Sign(batch);

        string Sign(List<GrantRecipient> signed) => Jws.Sign(
            Type, identity, new GrantClaims(projectId, sender, now.ToUnixTimeSeconds(), signed), RecordJson.Default.GrantClaims);
    }

    public static KeyGrant? Read(Jws jws) =>
        jws.ReadUnverified(RecordJson.Default.GrantClaims) is { } claims &&
        claims.Recipients.Count is > 0 and <= MaxRecipients &&
        claims.Recipients.All(IsWellFormed) &&
        claims.Recipients.DistinctBy(recipient => (recipient.Sub, recipient.Package)).Count() == claims.Recipients.Count
            ? new KeyGrant(claims)
            : null;

    /// <summary>Opens what is sealed to a key package.</summary>
    /// <returns>
    /// The secrets, in the order of the recipient's sessions, 32 bytes each, and 64 with the key of the group that a session names; <see langword="null"/> if they were tampered with.
    /// The caller disposes them.
    /// </returns>
    public IReadOnlyList<SecretBytes>? TryOpen(GrantRecipient recipient, HpkePrivateKey packageKey)
    {
        using var secrets = Hpke.TryOpen(
            packageKey, InfoOf(Project, Sender, recipient.Sub, recipient.Package), HashOf(recipient.Sessions), recipient.Sealed);
        if (secrets is null || secrets.Length != SizeOfSecrets(recipient.Sessions))
            return null;

        var rest = secrets.Span;
        List<SecretBytes> opened = [];
        foreach (var session in recipient.Sessions)
        {
            opened.Add(SecretBytes.CopyOf(rest[..SizeOfSecret(session)]));
            rest = rest[SizeOfSecret(session)..];
        }

        return opened;
    }

    /// <summary>What is authenticated and not sealed: SHA-256 of the statements' hashes, one after the other.</summary>
    public static byte[] HashOf(IReadOnlyList<SessionName> sessions) =>
        SHA256.HashData([.. sessions.SelectMany(session => Base64UrlBytes.TryDecode(session.Statement)!)]);

    /// <summary>The HPKE info: who seals to whom, and to which key package.</summary>
    public static byte[] InfoOf(string project, string sender, string recipient, string package) =>
        Encoding.ASCII.GetBytes($"E2EKafka/1 grant\0{project}\0{sender}\0{recipient}\0{package}");

    public bool IsAllowedBy(ProjectDocument project) => Claims.Recipients.All(recipient => project.Allows(KemOf(recipient)!));

    // By its size alone: what is sealed does not name its KEM.
    private static HpkeKem? KemOf(GrantRecipient recipient) =>
        HpkeKem.All.FirstOrDefault(kem => recipient.Sealed.Length == SizeOfSecrets(recipient.Sessions) + kem.Overhead);

    private static int SizeOfSecrets(IReadOnlyList<SessionName> sessions) => sessions.Sum(SizeOfSecret);

    private static int SizeOfSecret(SessionName session) => session.Group is null ? SecretSize : SecretSize + GroupKey.Size;

    private static bool IsWellFormed(GrantRecipient recipient) =>
        recipient is not null && Base64UrlBytes.IsHash(recipient.Sub) && Base64UrlBytes.IsHash(recipient.Package) &&
        SessionName.AreValid(recipient.Sessions) && KemOf(recipient) is not null;

    private static int SizeOf(GrantRecipient recipient) =>
        160 + recipient.Sessions.Sum(session => 80 + session.Topic.Length + (session.Group is { } group ? 11 + group.Length : 0)) + (recipient.Sealed.Length * 4 / 3);
}

using E2EKafka.Cryptography;
using E2EKafka.Policies;

namespace E2EKafka.Records;

/// <summary>A verified credential: the authority says that <see cref="Key"/> belongs to <see cref="Subject"/>, and what that member's attributes are.</summary>
internal sealed class Credential
{
    /// <summary>No credential is valid for longer.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(31);

    private const int MaxAttributes = 64;
    private const int MaxAttributeLength = 256;

    /// <summary>The limit of all names and values together, in characters: every member keeps the newest credential of every other.</summary>
    private const int MaxAttributesLength = 4_096;

    /// <summary>The largest integer that every JSON reader keeps exactly.</summary>
    private const long MaxSerial = 1L << 53;

    private Credential(string text, CredentialClaims claims, SigningPublicKey key)
    {
        Text = text;
        Claims = claims;
        Key = key;
    }

    public string Text { get; }

    public CredentialClaims Claims { get; }

    public SigningPublicKey Key { get; }

    public string Subject => Claims.Sub;

    public DateTimeOffset IssuedAt => RecordClock.ToTime(Claims.Iat);

    public DateTimeOffset ExpiresAt => RecordClock.ToTime(Claims.Exp);

    public IReadOnlyDictionary<string, string> Attributes => Claims.Attributes;

    /// <summary>Verifies a credential by the authority's current key; <see langword="null"/> if anything is wrong. Whether it is valid now is another question.</summary>
    public static Credential? TryVerify(Jws jws, ProjectDocument project) => TryVerify(jws, project, project.AuthorityKey);

    /// <summary>Verifies a credential by a key of the authority.</summary>
    public static Credential? TryVerify(Jws jws, ProjectDocument project, SigningPublicKey authority) =>
        jws.Type == RecordTypes.Credential &&
        jws.ReadUnverified(RecordJson.Default.CredentialClaims) is { } claims &&
        claims.Iss == project.Authority &&
        IsWellFormed(claims) &&
        SigningPublicKey.TryRead(claims.Cnf.Jwk) is { } key &&
        jws.Verify(RecordTypes.Credential, project.Id, authority)
            ? new Credential(jws.Text, claims, key)
            : null;

    /// <summary>Whether it wins over another of the same member, by the same key of the authority.</summary>
    public bool IsNewerThan(Credential other) => Claims.Serial > other.Claims.Serial;

    /// <summary>Whether it has another key than an older credential of the same member, or lacks an attribute of it.</summary>
    public bool Narrows(Credential older) =>
        Key.Thumbprint != older.Key.Thumbprint ||
        older.Attributes.Any(attribute => Attributes.GetValueOrDefault(attribute.Key) != attribute.Value);

    public bool IsValidAt(DateTimeOffset time) =>
        time >= IssuedAt - RecordClock.Skew && time < ExpiresAt;

    /// <summary>What is wrong with a set of attributes, in one sentence; <see langword="null"/> if nothing is.</summary>
    public static string? ProblemOf(IReadOnlyDictionary<string, string> attributes)
    {
        if (attributes.Count > MaxAttributes)
            return $"A member has at most {MaxAttributes} attributes.";

        if (attributes.Any(pair => !IsText(pair.Key) || !IsText(pair.Value)))
            return $"Names and values of attributes have 1 to {MaxAttributeLength} characters.";

        foreach (var (name, value) in attributes)
        {
            if ((PrintableText.ProblemOf("An attribute's name", name) ?? PrintableText.ProblemOf($"The value of attribute '{name}'", value)) is { } problem)
                return problem;
        }

        return attributes.Sum(pair => pair.Key.Length + pair.Value.Length) > MaxAttributesLength
            ? $"Names and values of a member's attributes have at most {MaxAttributesLength} characters together."
            : null;

        // JSON can put a null where the type says there is none.
        static bool IsText(string? text) => text is { Length: > 0 and <= MaxAttributeLength };
    }

    public override string ToString() => $"credential {Claims.Serial} of {Subject}";

    private static bool IsWellFormed(CredentialClaims claims) =>
        Base64UrlBytes.IsHash(claims.Sub) &&
        RecordClock.IsTime(claims.Iat) && RecordClock.IsTime(claims.Exp) && RecordClock.IsTime(claims.EnrolledAt) &&
        claims.Exp > claims.Iat && claims.Exp - claims.Iat <= MaxLifetime.TotalSeconds &&
        claims.EnrolledAt <= claims.Iat &&
        claims.Serial is > 0 and < MaxSerial &&
        claims.Document.Version > 0 && Base64UrlBytes.IsHash(claims.Document.Hash) &&
        Base64UrlBytes.IsHash(claims.Ticket) && Base64UrlBytes.IsHash(claims.Request) &&
        ProblemOf(claims.Attributes) is null;
}

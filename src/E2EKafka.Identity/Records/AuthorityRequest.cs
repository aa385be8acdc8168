using System.Text;
using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>
/// A request for a credential: to enroll with a ticket, or to renew. Signed by the identity key; what is secret in it is
/// sealed to the authority, in a way that no other member can take out and sign as its own.
/// </summary>
internal sealed class AuthorityRequest
{
    private AuthorityRequest(Jws jws, AuthorityRequestClaims claims, SigningPublicKey key)
    {
        Jws = jws;
        Claims = claims;
        Key = key;
    }

    public Jws Jws { get; }

    public AuthorityRequestClaims Claims { get; }

    public SigningPublicKey Key { get; }

    /// <summary>Asks for a credential: the first with a ticket, a later one without.</summary>
    public static Jws Create(ProjectDocument project, string member, SigningKey key, EnrollmentTicket? ticket, DateTimeOffset now) =>
        Create(project, member, key, new AuthorityRequestBody(Ticket: ticket?.Secret), now);

    /// <summary>Asks for a credential for another identity key. Signed by both.</summary>
    public static Jws CreateKeyChange(ProjectDocument project, string member, SigningKey oldKey, SigningKey newKey, DateTimeOffset now) =>
        Create(project, member, newKey, new AuthorityRequestBody(Change: KeyChange.Create(project.Id, member, oldKey, newKey.Public, now)), now);

    public static Jws Create(ProjectDocument project, string member, SigningKey key, AuthorityRequestBody body, DateTimeOffset now)
    {
        var sealedBody = SecretArray.Use(
            ExactJson.Write(body, RecordJson.Default.AuthorityRequestBody),
            plaintext => Hpke.Seal(project.AuthoritySealingKey, InfoOf(project.Id, member, key.Public), [], plaintext));
        return Jws.TryParse(Jws.Sign(
            RecordTypes.AuthorityRequest,
            key,
            new AuthorityRequestClaims(project.Id, member, now.ToUnixTimeSeconds(), key.Public.Jwk, sealedBody),
            RecordJson.Default.AuthorityRequestClaims))!;
    }

    /// <summary>Verifies form and signature. Whether the key may have a credential is another question.</summary>
    public static AuthorityRequest? TryVerify(Jws jws, string projectId) =>
        jws.ReadUnverified(RecordJson.Default.AuthorityRequestClaims) is { } claims &&
        claims.Aud == projectId &&
        Base64UrlBytes.IsHash(claims.Sub) &&
        RecordClock.IsTime(claims.Iat) &&
        SigningPublicKey.TryRead(claims.Jwk) is { } key &&
        jws.Verify(RecordTypes.AuthorityRequest, projectId, key)
            ? new AuthorityRequest(jws, claims, key)
            : null;

    /// <summary>Opens what was sealed to the authority; <see langword="null"/> if it was sealed to another authority or by another member, or is nothing to ask with.</summary>
    public AuthorityRequestBody? TryOpen(HpkePrivateKey authority)
    {
        using var body = Hpke.TryOpen(authority, InfoOf(Claims.Aud, Claims.Sub, Key), [], Claims.Sealed);
        return body is not null &&
            ExactJson.TryRead(body.Span, RecordJson.Default.AuthorityRequestBody) is
                { Ticket: null or { Length: EnrollmentTicket.SecretSize } } content
            ? content
            : null;
    }

    private static byte[] InfoOf(string projectId, string member, SigningPublicKey key) =>
        Encoding.UTF8.GetBytes($"E2EKafka/1 request\0{projectId}\0{member}\0{key.Thumbprint}");
}

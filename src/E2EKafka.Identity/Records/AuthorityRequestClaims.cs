using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>A request for a credential, signed by the identity key that it asks the credential for.</summary>
/// <param name="Aud">The project's id.</param>
/// <param name="Sub">The asking member's identifier.</param>
/// <param name="Iat">When, in Unix seconds.</param>
/// <param name="Jwk">The identity key.</param>
/// <param name="Sealed">An <see cref="AuthorityRequestBody"/>, sealed with HPKE to the authority.</param>
internal sealed record AuthorityRequestClaims(string Aud, string Sub, long Iat, Jwk Jwk, byte[] Sealed);

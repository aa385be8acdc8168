using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>The change of an identity key, signed by the old one. The request that carries it is signed by the new one.</summary>
/// <param name="Aud">The project's id.</param>
/// <param name="Sub">The member's identifier, or the authority's.</param>
/// <param name="Iat">When, in Unix seconds.</param>
/// <param name="Jwk">The new key.</param>
internal sealed record KeyChangeClaims(string Aud, string Sub, long Iat, Jwk Jwk);

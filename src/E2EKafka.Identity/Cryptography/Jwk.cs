namespace E2EKafka.Cryptography;

/// <summary>A public key as RFC 7517 writes it, with nothing but the members that RFC 7638 hashes.</summary>
internal sealed record Jwk(string Kty, string Crv, string X, string Y);

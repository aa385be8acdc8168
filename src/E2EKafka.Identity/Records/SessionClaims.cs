using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>A producer's announcement of a session.</summary>
/// <param name="Aud">The project's id.</param>
/// <param name="Sub">The producer's identifier.</param>
/// <param name="Iat">From when, in Unix seconds.</param>
/// <param name="Exp">Until when the producer uses it, in Unix seconds.</param>
/// <param name="Topic">The one topic it is for.</param>
/// <param name="Session">Its id, 16 bytes.</param>
/// <param name="Commitment">What proves a key to be this session's, 32 bytes.</param>
/// <param name="Authentication">Whether its messages are signed.</param>
/// <param name="Credential">The producer's credential.</param>
/// <param name="Key">The key that signs its messages; absent in <see cref="MessageAuthentication.Shared"/>.</param>
internal sealed record SessionClaims(
    string Aud,
    string Sub,
    long Iat,
    long Exp,
    string Topic,
    byte[] Session,
    byte[] Commitment,
    MessageAuthentication Authentication,
    string Credential,
    Jwk? Key = null);

using System.Security.Cryptography;
using E2EKafka.Cryptography;
using E2EKafka.Records;

namespace E2EKafka.Sessions;

/// <summary>
/// What a session's secret gives, by HKDF-SHA256 (RFC 5869) with the session's statement in the info: the AES-256-GCM key,
/// the IV, the id, and the commitment that proves a secret to be this session's.
/// </summary>
internal sealed class SessionKeys : IDisposable
{
    /// <summary>Of the secret, in bytes.</summary>
    public const int SecretSize = 32;

    /// <summary>Of the key, in bytes.</summary>
    public const int KeySize = 32;

    /// <summary>Of the IV, in bytes.</summary>
    public const int IvSize = 12;

    /// <summary>Of the commitment, in bytes.</summary>
    public const int CommitmentSize = 32;

    private SessionKeys(SecretBytes key, byte[] iv, SessionId id, byte[] commitment)
    {
        Key = key;
        Iv = iv;
        Id = id;
        Commitment = commitment;
    }

    public SecretBytes Key { get; }

    public byte[] Iv { get; }

    public SessionId Id { get; }

    public byte[] Commitment { get; }

    public static SessionKeys Derive(SecretBytes secret, SessionStatement statement)
    {
        var context = statement.Encode();
        Span<byte> prk = stackalloc byte[SHA256.HashSizeInBytes];
        Span<byte> key = stackalloc byte[KeySize];
        HKDF.Extract(HashAlgorithmName.SHA256, secret.Span, [], prk);
        try
        {
            return new SessionKeys(
                SecretBytes.CopyOf(Expand(prk, "key"u8, context, key)),
                Expand(prk, "iv"u8, context, stackalloc byte[IvSize]).ToArray(),
                SessionId.Read(Expand(prk, "id"u8, context, stackalloc byte[SessionId.Size])),
                Expand(prk, "commitment"u8, context, stackalloc byte[CommitmentSize]).ToArray());
        }
        finally
        {
            CryptographicOperations.ZeroMemory(prk);
            CryptographicOperations.ZeroMemory(key);
        }
    }

    /// <summary>Whether these are the keys that a producer announced.</summary>
    public bool Match(SessionAnnouncement announcement) =>
        Id == announcement.Id && CryptographicOperations.FixedTimeEquals(Commitment, announcement.Claims.Commitment);

    /// <summary>Destroys the key. The IV stays as it is: a thread that is just encrypting must not meet another nonce.</summary>
    public void Dispose() => Key.Dispose();

    private static Span<byte> Expand(ReadOnlySpan<byte> prk, ReadOnlySpan<byte> purpose, byte[] context, Span<byte> output)
    {
        HKDF.Expand(HashAlgorithmName.SHA256, prk, output, [.. "E2EKafka/1 session "u8, .. purpose, 0, .. context]);
        return output;
    }
}

using System.Security.Cryptography;
using E2EKafka.Cryptography;
using E2EKafka.Records;

namespace E2EKafka.Sessions;

/// <summary>
/// What a session's secret gives, by HKDF-SHA256 (RFC 5869, without salt): a commitment, derived with the hash of the session's core,
/// then the AES-256-GCM key and the IV, derived with the hash of its statement.
/// </summary>
internal sealed class SessionKeys : IDisposable
{
    /// <summary>Size of a session's secret, in bytes.</summary>
    public const int SecretSize = KeyGrant.SecretSize;

    /// <summary>Size of the key, in bytes.</summary>
    public const int KeySize = 32;

    /// <summary>Size of the IV, in bytes.</summary>
    public const int IvSize = 12;

    private SessionKeys(SecretBytes key, byte[] iv)
    {
        Key = key;
        Iv = iv;
    }

    public SecretBytes Key { get; }

    public byte[] Iv { get; }

    /// <summary>States a session: the core, and the commitments to its secret and to the key of each of its reader groups.</summary>
    public static SessionStatement State(SecretBytes secret, SessionCore core, params IReadOnlyList<GroupKey> groupKeys) =>
        SessionStatement.TryRead(new StatementClaims(
            core, CommitmentOf(secret, core), groupKeys.Count == 0 ? null : [.. groupKeys.Select(key => key.CommitmentIn(core))])) ??
        throw new ArgumentException("A session's core is out of bounds.", nameof(core));

    /// <summary>Derives the keys; <see langword="null"/> where the statement commits to another secret.</summary>
    public static SessionKeys? TryDerive(SecretBytes secret, SessionStatement statement)
    {
        if (!CryptographicOperations.FixedTimeEquals(CommitmentOf(secret, statement.Core), statement.Claims.Commitment))
            return null;

        using var prk = Extract(secret);
        using var iv = Expand(prk, "iv"u8, statement.Hash, IvSize);
        return new SessionKeys(Expand(prk, "key"u8, statement.Hash, KeySize), iv.Span.ToArray());
    }

    /// <summary>Destroys the key. The IV stays as it is: a thread that is just encrypting must not meet another nonce.</summary>
    public void Dispose() => Key.Dispose();

    private static byte[] CommitmentOf(SecretBytes secret, SessionCore core)
    {
        using var prk = Extract(secret);
        using var commitment = Expand(prk, "commitment"u8, SessionStatement.HashOf(core), SessionStatement.HashSize);
        return commitment.Span.ToArray();
    }

    private static SecretBytes Extract(SecretBytes secret) => SecretBytes.Create(
        SHA256.HashSizeInBytes, secret, static (prk, input) => HKDF.Extract(HashAlgorithmName.SHA256, input.Span, [], prk));

    private static SecretBytes Expand(SecretBytes prk, ReadOnlySpan<byte> purpose, ReadOnlySpan<byte> hash, int size)
    {
        byte[] info = [.. "E2EKafka/1 session "u8, .. purpose, 0, .. hash];
        return SecretBytes.Create(
            size, (Prk: prk, Info: info), static (output, input) => HKDF.Expand(HashAlgorithmName.SHA256, input.Prk.Span, output, input.Info));
    }
}

using E2EKafka.Cryptography;

namespace E2EKafka.Records;

/// <summary>A verified change of an identity key.</summary>
/// <param name="Key">The new key.</param>
/// <param name="At">When.</param>
internal sealed record KeyChange(SigningPublicKey Key, DateTimeOffset At)
{
    public static string Create(string projectId, string identifier, SigningKey old, SigningPublicKey key, DateTimeOffset now) => Jws.Sign(
        RecordTypes.KeyChange,
        old,
        new KeyChangeClaims(projectId, identifier, now.ToUnixTimeSeconds(), key.Jwk),
        RecordJson.Default.KeyChangeClaims);

    /// <summary>Whether a record has the form of a change. Its signature is not looked at.</summary>
    public static bool IsWellFormed(Jws jws) =>
        jws.ReadUnverified(RecordJson.Default.KeyChangeClaims) is { } claims && RecordClock.IsTime(claims.Iat) && SigningPublicKey.TryRead(claims.Jwk) is not null;

    /// <summary>Verifies a change; <see langword="null"/> if it is not signed by the old key.</summary>
    public static KeyChange? TryVerify(string text, string projectId, string identifier, SigningPublicKey old) =>
        Jws.TryParse(text) is { } jws &&
        jws.ReadUnverified(RecordJson.Default.KeyChangeClaims) is { } claims &&
        claims.Sub == identifier &&
        RecordClock.IsTime(claims.Iat) &&
        SigningPublicKey.TryRead(claims.Jwk) is { } key &&
        jws.Verify(RecordTypes.KeyChange, projectId, old)
            ? new KeyChange(key, RecordClock.ToTime(claims.Iat))
            : null;
}

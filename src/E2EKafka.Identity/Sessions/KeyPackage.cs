using System.Buffers.Text;
using System.Security.Cryptography;
using E2EKafka.Cryptography;
using E2EKafka.Membership;
using E2EKafka.Policies;
using E2EKafka.Records;

namespace E2EKafka.Sessions;

/// <summary>A verified key package: where to seal a member's keys.</summary>
internal sealed class KeyPackage
{
    public const int MaxTopics = 1_000;
    private const int MaxVersions = 16;
    private static readonly TimeSpan MaxLifetime = TimeSpan.FromDays(7);

    private KeyPackage(Jws jws, KeyPackageClaims claims, HpkePublicKey key)
    {
        Record = jws.Text;
        IdentityKey = jws.KeyId;
        Claims = claims;
        Key = key;
        Id = IdOf(key);
    }

    public string Record { get; }

    /// <summary>The thumbprint of the identity key that signed it.</summary>
    public string IdentityKey { get; }

    public KeyPackageClaims Claims { get; }

    public HpkePublicKey Key { get; }

    /// <summary>SHA-256 of the public key, base64url.</summary>
    public string Id { get; }

    public string Member => Claims.Sub;

    public DateTimeOffset ExpiresAt => RecordClock.ToTime(Claims.Exp);

    public static string IdOf(HpkePublicKey key) => Base64Url.EncodeToString(SHA256.HashData(key.Encoded));

    public static KeyPackage Create(
        string projectId, string member, HpkePublicKey key, IReadOnlyList<string> topics, SigningKey identity, Credential credential,
        DateTimeOffset now, TimeSpan lifetime)
    {
        var claims = new KeyPackageClaims(
            Aud: projectId,
            Sub: member,
            Iat: now.ToUnixTimeSeconds(),
            Exp: (now + lifetime).ToUnixTimeSeconds(),
            Hpke: key.Encoded.ToArray(),
            Topics: topics,
            Versions: [1],
            Credential: credential.Text);
        var jws = Jws.TryParse(Jws.Sign(RecordTypes.KeyPackage, identity, claims, RecordJson.Default.KeyPackageClaims)) ??
            throw new EndToEndKafkaException(FailureReason.OptionsInvalid,
                $"The key package of a member that consumes {topics.Count} topics does not fit into {Jws.MaxSize} bytes. Consume fewer topics with one member.");
        return new KeyPackage(jws, claims, key);
    }

    public static KeyPackage? TryVerify(Jws jws, MemberDirectory directory, DateTimeOffset now, out RecordProblem problem)
    {
        problem = RecordProblem.Malformed;
        if (jws.ReadUnverified(RecordJson.Default.KeyPackageClaims) is not { } claims ||
            claims.Topics.Count > MaxTopics || claims.Versions.Count > MaxVersions ||
            !claims.Topics.All(topic => topic is not null && TopicPattern.IsTopicName(topic)) ||
            claims.Topics.Distinct().Count() != claims.Topics.Count || claims.Versions.Distinct().Count() != claims.Versions.Count ||
            !HpkePublicKey.TryImport(claims.Hpke, out var key))
            return null;

        problem = RecordProblem.OtherProject;
        if (claims.Aud != directory.Project.Id)
            return null;

        problem = RecordProblem.AlgorithmNotAllowed;
        if (!directory.Project.Allows(key.Kem))
            return null;

        problem = RecordProblem.BadTimes;
        if (!RecordClock.IsLifetime(claims.Iat, claims.Exp, MaxLifetime, now))
            return null;

        return directory.VerifySender(jws, RecordTypes.KeyPackage, claims.Sub, claims.Credential, claims.Iat, out problem) is null
            ? null
            : new KeyPackage(jws, claims, key);
    }

    /// <summary>Whether session keys of a topic may be sealed to it now.</summary>
    public bool Accepts(string topic, DateTimeOffset now) => IsUsable(now) && Claims.Topics.Contains(topic);

    /// <summary>Whether anything may be sealed to it now. A member that leaves publishes one without topics.</summary>
    public bool IsUsable(DateTimeOffset now) => now < ExpiresAt && Claims.Versions.Contains(1) && Claims.Topics.Count > 0;

    public override string ToString() => $"key package {Id} of {Member}";
}

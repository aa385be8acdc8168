using System.Buffers.Text;
using System.Security.Cryptography;
using E2EKafka.Cryptography;
using E2EKafka.Policies;

namespace E2EKafka.Records;

/// <summary>A key package: where to seal a member's keys.</summary>
internal sealed class KeyPackage : IMemberRecord<KeyPackage>
{
    /// <summary>How many topics it names at most.</summary>
    public const int MaxTopics = 1_000;

    /// <summary>The size of its topics together, in bytes of JSON: with base64url's third on top the record stays below <see cref="Jws.MaxSize"/>.</summary>
    public const int MaxTopicsSize = 180 * 1024;

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

    public static string Type => RecordTypes.KeyPackage;

    public string Record { get; }

    /// <summary>The thumbprint of the identity key that signed it.</summary>
    public string IdentityKey { get; }

    public KeyPackageClaims Claims { get; }

    public HpkePublicKey Key { get; }

    /// <summary>SHA-256 of the public key, base64url.</summary>
    public string Id { get; }

    public string Member => Claims.Sub;

    public string Project => Claims.Aud;

    public string Sender => Claims.Sub;

    public long IssuedAt => Claims.Iat;

    /// <summary>Whether the member's vault outlives its process, as the member says.</summary>
    public bool IsDurable => Claims.Durable;

    public DateTimeOffset ExpiresAt => RecordClock.ToTime(Claims.Exp);

    public static string IdOf(HpkePublicKey key) => Base64Url.EncodeToString(SHA256.HashData(key.Encoded));

    public static KeyPackage Create(
        string projectId, string member, HpkePublicKey key, IReadOnlyList<string> topics, bool isDurable, SigningKey identity,
        DateTimeOffset now, TimeSpan lifetime)
    {
        if (topics.Count > MaxTopics || topics.Sum(SizeOf) > MaxTopicsSize)
        {
            throw new EndToEndKafkaException(FailureReason.LimitReached,
                $"A key package names at most {MaxTopics} topics, in {MaxTopicsSize} bytes. Consume fewer topics with one member.");
        }

        var claims = new KeyPackageClaims(
            Aud: projectId,
            Sub: member,
            Iat: now.ToUnixTimeSeconds(),
            Exp: (now + lifetime).ToUnixTimeSeconds(),
            Hpke: key.Encoded.ToArray(),
            Topics: topics,
            Versions: [1],
            Durable: isDurable);
        return new KeyPackage(Jws.TryParse(Jws.Sign(RecordTypes.KeyPackage, identity, claims, RecordJson.Default.KeyPackageClaims))!, claims, key);
    }

    /// <summary>What a topic takes of <see cref="MaxTopicsSize"/>: with its quotation marks and comma.</summary>
    public static int SizeOf(string topic) => topic.Length + 3;

    public static KeyPackage? Read(Jws jws) =>
        jws.ReadUnverified(RecordJson.Default.KeyPackageClaims) is { } claims &&
        claims.Topics.Count <= MaxTopics && claims.Versions.Count <= MaxVersions &&
        claims.Topics.All(topic => topic is not null && TopicPattern.IsValid(topic)) && claims.Topics.Sum(SizeOf) <= MaxTopicsSize &&
        claims.Topics.Distinct().Count() == claims.Topics.Count && claims.Versions.Distinct().Count() == claims.Versions.Count &&
        RecordClock.IsTime(claims.Iat) && RecordClock.IsTime(claims.Exp) &&
        claims.Exp > claims.Iat && claims.Exp - claims.Iat <= MaxLifetime.TotalSeconds &&
        HpkePublicKey.TryImport(claims.Hpke, out var key)
            ? new KeyPackage(jws, claims, key)
            : null;

    public bool IsAllowedBy(ProjectDocument project) => project.Allows(Key.Kem);

    /// <summary>Whether session keys of a topic may be sealed to it now.</summary>
    public bool Accepts(string topic, DateTimeOffset now) => IsUsable(now) && Consumes(topic);

    /// <summary>Whether the member says that it consumes a topic.</summary>
    public bool Consumes(string topic) => Claims.Topics.Any(pattern => TopicPattern.Matches(pattern, topic));

    /// <summary>Whether anything may be sealed to it now. A member that leaves publishes one without topics.</summary>
    public bool IsUsable(DateTimeOffset now) => now < ExpiresAt && Claims.Versions.Contains(1) && Claims.Topics.Count > 0;

    public override string ToString() => $"key package {Id} of {Member}";
}

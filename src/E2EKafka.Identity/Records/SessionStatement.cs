using System.Buffers.Text;
using System.Security.Cryptography;
using E2EKafka.Cryptography;
using E2EKafka.Policies;

namespace E2EKafka.Records;

/// <summary>
/// All that a session is: its core and the commitment to its secret. The keys are derived with its hash, and the id is the beginning
/// of the hash, so an id cannot be claimed for another session.
/// </summary>
internal sealed class SessionStatement
{
    /// <summary>No session lasts longer.</summary>
    public static readonly TimeSpan MaxLifetime = TimeSpan.FromHours(24);

    /// <summary>Size of <see cref="Hash"/> and of a commitment, in bytes.</summary>
    public const int HashSize = SHA256.HashSizeInBytes;

    /// <summary>In one announcement, grant or request.</summary>
    public const int MaxInRecord = 100;

    /// <summary>
    /// How many sessions of one producer are kept, by itself and by each reader: a month of some sixty topics. A producer makes no more, and
    /// readers drop its oldest, so that no member can fill the memory of another.
    /// </summary>
    public const int MaxOfProducer = 50_000;

    public const long MaxMessages = uint.MaxValue;

    public const long MaxBytes = 1L << 38;

    private readonly byte[] _hash;

    private SessionStatement(StatementClaims claims, SigningPublicKey? signingKey)
    {
        Claims = claims;
        SigningKey = signingKey;
        _hash = SHA256.HashData([.. "E2EKafka/1 statement\0"u8, .. Encode()]);
        HashText = Base64Url.EncodeToString(_hash);
        Id = SessionId.Read(_hash);
    }

    public StatementClaims Claims { get; }

    public SessionCore Core => Claims.Core;

    /// <summary>SHA-256 of <c>"E2EKafka/1 statement\0"</c> and <see cref="Encode"/>: 32 bytes.</summary>
    public ReadOnlySpan<byte> Hash => _hash;

    /// <summary><see cref="Hash"/> in base64url, 43 characters: how grants and requests name the session.</summary>
    public string HashText { get; }

    /// <summary>The first 16 bytes of <see cref="Hash"/>.</summary>
    public SessionId Id { get; }

    public string Project => Core.Project;

    public string Topic => Core.Topic;

    public string Producer => Core.Producer;

    public MessageAuthentication Authentication => Core.Authentication;

    /// <summary>Whom its messages' origin is proven to, in <see cref="MessageAuthentication.Mac"/>.</summary>
    public ReaderGroups? ReaderGroups => Core.ReaderGroups;

    public SigningPublicKey? SigningKey { get; }

    public DateTimeOffset Begins => RecordClock.ToTime(Core.Begins);

    public DateTimeOffset Ends => RecordClock.ToTime(Core.Ends);

    /// <summary>SHA-256 of <c>"E2EKafka/1 core\0"</c> and the core's exact JSON form: 32 bytes. The commitment is derived with it.</summary>
    public static byte[] HashOf(SessionCore core) => SHA256.HashData(
        [.. "E2EKafka/1 core\0"u8, .. ExactJson.Write(core, RecordJson.Default.SessionCore)]);

    /// <summary>Reads a statement; <see langword="null"/> where a member is out of bounds.</summary>
    public static SessionStatement? TryRead(StatementClaims? claims)
    {
        if (claims is not { Commitment.Length: HashSize, Core: { } core } ||
            !Base64UrlBytes.IsHash(core.Project) || !Base64UrlBytes.IsHash(core.Producer) ||
            core.Document.Version < 1 || !Base64UrlBytes.IsHash(core.Document.Hash) ||
            !TopicPattern.IsTopicName(core.Topic) ||
            (core.Authentication == MessageAuthentication.Mac) != (core.ReaderGroups is not null) ||
            core.ReaderGroups?.Problem() is not null ||
            claims.Groups?.Count != core.ReaderGroups?.Values.Count || claims.Groups?.All(commitment => commitment is { Length: HashSize }) == false ||
            (core.Authentication == MessageAuthentication.Signature) != (core.Key is not null) ||
            core.Messages is < 1 or > MaxMessages || core.Bytes is < 1 or > MaxBytes ||
            !RecordClock.IsTime(core.Begins) || !RecordClock.IsTime(core.Ends) ||
            core.Ends <= core.Begins || core.Ends - core.Begins > MaxLifetime.TotalSeconds)
            return null;

        var signingKey = core.Key is null ? null : SigningPublicKey.TryRead(core.Key);
        return core.Key is not null && signingKey is null ? null : new SessionStatement(claims, signingKey);
    }

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    public static SessionStatement? TryRead(ReadOnlySpan<byte> encoded) => TryRead(ExactJson.TryRead(encoded, RecordJson.Default.StatementClaims));

    /// <summary>The exact JSON form.</summary>
    public byte[] Encode() => ExactJson.Write(Claims, RecordJson.Default.StatementClaims);

    public override string ToString() => $"session {Id} of {Producer} for {Topic}";
}

using System.Security.Cryptography;
using System.Text;
using E2EKafka.Tests;

namespace E2EKafka.Simulation;

/// <summary>A member with a valid credential that keeps to no rule: what it signs is signed rightly, and wrong.</summary>
internal sealed class Insider
{
    private readonly World _world;
    private readonly SigningKey _key = SigningKey.Generate();
    private Credential _credential;

    public Insider(World world, string role)
    {
        _world = world;
        Role = role;
        Identifier = _key.Public.Thumbprint;
        _credential = world.Authority.Issue(_key, world.Authority.CreateTicket(role))!;
    }

    public string Identifier { get; }

    public string Role { get; }

    /// <summary>Announces a session and seals it to everybody, whoever may read or not, and whether it may produce or not.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="content">What to send in it.</param>
    /// <param name="victim">As whom, if not as itself.</param>
    /// <param name="wrongSecret">Whether to seal another secret than the one that is announced.</param>
    public SentMessage? Send(string topic, string content, Credential? victim, bool wrongSecret)
    {
        var now = _world.Clock.GetUtcNow();
        if (now >= _credential.ExpiresAt - TimeSpan.FromHours(1))
            _credential = _world.Authority.Issue(_key, ticket: null) ?? _credential;

        var document = _world.Authority.Document;
        var signingKey = SigningKey.Generate();
        var statement = new SessionStatement(document.Id, topic, victim?.Subject ?? Identifier, signingKey.Public);
        using var secret = SecretBytes.Random(SessionKeys.SecretSize);
        using var other = SecretBytes.Random(SessionKeys.SecretSize);
        var keys = SessionKeys.Derive(secret, statement);
        var announcement = SessionAnnouncement.Create(statement, keys, _key, victim ?? _credential, now, now + TimeSpan.FromMinutes(20));
        _world.Notary.Session(announcement.Claims);
        Write(topic, announcement.Record);
        var packages = Packages(document, now);
        if (packages.Count > 0)
            Write(topic, KeyGrant.Create(wrongSecret ? other : secret, announcement, packages, Identifier, _key, _credential, now));

        using var session = new OutboundSession(announcement, keys, signingKey, SessionLimits.Default);
        return session.TrySeal(Encoding.UTF8.GetBytes(content), new MessageContext(topic), now.UtcTicks) is { } bytes
            ? new SentMessage(bytes, content, topic, Identifier, document.Version, announcement.Id)
            : null;
    }

    /// <summary>Announces a session's id as its own.</summary>
    public void Contradict(string topic, SeededGenerator random)
    {
        var earlier = _world.Log[PartitionOf(topic)]
            .Select(entry => Jws.TryParse(entry.Value))
            .Where(jws => jws?.Type == RecordTypes.Session)
            .ToList();
        if (earlier.Count == 0 || random.Pick(earlier)!.ReadUnverified(RecordJson.Default.SessionClaims) is not { } claims)
            return;

        var now = _world.Clock.GetUtcNow();
        claims = claims with
        {
            Sub = Identifier,
            Iat = now.ToUnixTimeSeconds(),
            Exp = (now + TimeSpan.FromMinutes(20)).ToUnixTimeSeconds(),
            Topic = random.Next(3) > 0 ? claims.Topic : random.Pick(World.Topics),
            Commitment = RandomNumberGenerator.GetBytes(SessionKeys.CommitmentSize),
            Credential = _credential.Text,
        };
        _world.Contradicted.Add(SessionId.Read(claims.Session));
        Write(claims.Topic, Jws.Sign(RecordTypes.Session, _key, claims, RecordJson.Default.SessionClaims));
    }

    private List<KeyPackage> Packages(ProjectDocument document, DateTimeOffset now)
    {
        var directory = new MemberDirectory(document);
        return
        [
            .. _world.Log[ControlPartition.Members]
                .Select(entry => Jws.TryParse(entry.Value) is { } jws ? KeyPackage.TryVerify(jws, directory, now, out _) : null)
                .OfType<KeyPackage>()
                .GroupBy(package => package.Member, (_, packages) => packages.Last()),
        ];
    }

    private void Write(string topic, string record) => _world.Log.Append(PartitionOf(topic), Encoding.ASCII.GetBytes(record));

    private ControlPartition PartitionOf(string topic) => ControlPartition.KeysOf(_world.Authority.Document.Control, topic);
}

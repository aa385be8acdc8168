using System.Buffers.Text;
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

    /// <summary>Announces a session and seals it to all members, whether they may read or not, and whether it may produce or not.</summary>
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
        using var secret = SecretBytes.Random(SessionKeys.SecretSize);
        using var other = SecretBytes.Random(SessionKeys.SecretSize);
        var statement = SessionKeys.State(
            secret,
            new SessionCore(
                document.Id, document.Reference, topic, victim?.Subject ?? Identifier, MessageAuthentication.Signature,
                now.ToUnixTimeSeconds(), (now + TimeSpan.FromMinutes(20)).ToUnixTimeSeconds(),
                SessionStatement.MaxMessages, SessionStatement.MaxBytes, signingKey.Public.Jwk));
        var keys = SessionKeys.TryDerive(secret, statement)!;
        _world.Notary.Session(statement);
        Write(topic, As(victim, SessionAnnouncement.Create([statement], _key, next: null, now)));
        var packages = Packages();
        foreach (var package in packages)
        {
            var recipient = KeyGrant.Seal([(statement, wrongSecret ? other : secret, null)], package, Identifier);
            _world.Log.Append(
                ControlPartition.GrantsOf(document.Control, package.Member),
                Encoding.ASCII.GetBytes(KeyGrant.Create(document.Id, Identifier, _key, [recipient], now).Single()));
        }

        using var session = new OutboundSession(statement, keys, ProvingKeys.Signature(signingKey), SessionLimits.Default);
        return session.TrySeal(Encoding.UTF8.GetBytes(content), new MessageContext(topic), now.UtcTicks) is { } bytes
            ? new SentMessage(bytes, content, topic, Identifier, document.Version, statement.Id)
            : null;
    }

    /// <summary>Announces a session of another producer in its own name.</summary>
    public void Contradict(string topic, SeededGenerator random)
    {
        var earlier = _world.Log[PartitionOf(topic)]
            .Select(entry => Jws.TryParse(entry.Value))
            .Where(jws => jws?.Type == RecordTypes.Announcement)
            .ToList();
        if (earlier.Count == 0 || random.Pick(earlier)!.ReadUnverified(RecordJson.Default.AnnouncementClaims) is not { } claims)
            return;

        var now = _world.Clock.GetUtcNow().ToUnixTimeSeconds();
        List<StatementClaims> statements =
        [
            .. claims.Statements.Select(statement => random.Next(2) == 0 ? statement : statement with
            {
                Core = statement.Core with { Producer = Identifier, Topic = random.Next(3) > 0 ? statement.Core.Topic : random.Pick(World.Topics) },
            }),
        ];
        claims = claims with { Sub = Identifier, Iat = now, Statements = statements };
        Write(statements[0].Core.Topic, Jws.Sign(RecordTypes.Announcement, _key, claims, RecordJson.Default.AnnouncementClaims));
    }

    // It can write any key into the header, and sign with its own only.
    private string As(Credential? victim, string record)
    {
        if (victim is null)
            return record;

        var parts = record.Split('.', 2);
        var header = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(parts[0]));
        var forged = header.Replace(_key.Public.Thumbprint, victim.Key.Thumbprint, StringComparison.Ordinal);
        return $"{Base64Url.EncodeToString(Encoding.ASCII.GetBytes(forged))}.{parts[1]}";
    }

    private List<KeyPackage> Packages()
    {
        return
        [
            .. _world.Log[ControlPartition.Members]
                .Select(entry => Jws.TryParse(entry.Value) is { } jws ? KeyPackage.Read(jws) : null)
                .OfType<KeyPackage>()
                .GroupBy(package => package.Member, (_, packages) => packages.Last()),
        ];
    }

    private void Write(string topic, string record) => _world.Log.Append(PartitionOf(topic), Encoding.ASCII.GetBytes(record));

    private ControlPartition PartitionOf(string topic) => ControlPartition.SessionsOf(_world.Authority.Document.Control, topic);
}

using System.Buffers.Text;
using System.Text;
using E2EKafka.Tests;

namespace E2EKafka.Simulation;

/// <summary>A member with a valid credential that keeps to no rule: what it signs is signed rightly, and wrong. Or a thief of a key that has been replaced.</summary>
internal sealed partial class Insider
{
    private readonly World _world;
    private readonly SigningKey _key;
    private readonly StolenSignature? _stolen;
    private readonly EnrollmentTicket? _ticket;
    private Credential? _credential;

    public Insider(World world, string role, SeededGenerator random)
    {
        _world = world;
        _key = SeededKeys.Next(random);
        Role = role;
        Identifier = _key.Public.Thumbprint;
        _ticket = world.Authority.CreateTicket(role);
        Renew();
    }

    /// <summary>A thief.</summary>
    /// <param name="world">The world.</param>
    /// <param name="identifier">The member that the thief passes for.</param>
    /// <param name="role">Its role.</param>
    /// <param name="key">The key that was replaced, or one with a credential by a key that was.</param>
    /// <param name="stolen">Where it was replaced.</param>
    public Insider(World world, string identifier, string role, SigningKey key, StolenSignature stolen)
    {
        (_world, Identifier, Role, _key, _stolen) = (world, identifier, role, key, stolen);
    }

    public string Identifier { get; }

    public string Role { get; }

    public SigningKey Key => _key;

    /// <summary>Announces a session and seals it to all members, whether they may read or not, and whether it may produce or not.</summary>
    /// <param name="topic">The topic.</param>
    /// <param name="content">What to send in it.</param>
    /// <param name="victim">As whom, if not as itself.</param>
    /// <param name="wrongSecret">Whether to seal another secret than the one that is announced.</param>
    /// <param name="inOwnName">Whether to announce the other's session in its own name.</param>
    public SentMessage? Send(string topic, string content, Credential? victim, bool wrongSecret, bool inOwnName = false)
    {
        Renew();
        var now = _world.Clock.GetUtcNow();
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
        Announce(
            topic,
            victim is not null && inOwnName ? Sign([statement.Claims]) : As(victim, SessionAnnouncement.Create([statement], _key, next: null, now)),
            statement.Id);
        foreach (var package in Packages())
            Grant(KeyGrant.Seal([(statement, wrongSecret ? other : secret, null)], package, Identifier), now);

        using var session = new OutboundSession(statement, keys, ProvingKeys.Signature(signingKey), SessionLimits.Default);
        return session.TrySeal(Encoding.UTF8.GetBytes(content), new MessageContext(topic), now.UtcTicks) is { } bytes
            ? new SentMessage(bytes, content, topic, Identifier, document.Version, statement.Id)
            : null;
    }

    /// <summary>Announces a session of another producer in its own name.</summary>
    public bool Contradict(string topic, SeededGenerator random)
    {
        var earlier = _world.Log[PartitionOf(topic)]
            .Select(entry => Jws.TryParse(entry.Value))
            .Where(jws => jws?.Type == RecordTypes.Announcement)
            .ToList();
        return earlier.Count > 0 && Contradict(random.Pick(earlier)!, random);
    }

    /// <summary>Announces a session of another producer before that one does: the broker has shown it the announcement.</summary>
    public bool Overtake(SimulatedMember producer, SeededGenerator random) =>
        producer.Outbox.SelectMany(publication => publication.Records).Select(Jws.TryParse)
            .FirstOrDefault(jws => jws?.Type == RecordTypes.Announcement) is { } announcement &&
        Contradict(announcement, random);

    /// <summary>Says that it gives keys of others' sessions, and gives rubbish.</summary>
    /// <returns>To how many members.</returns>
    public int Lie(SeededGenerator random)
    {
        var known = _world.Notary.Sessions.Where(session => session.Producer != Identifier).ToList();
        if (known.Count == 0)
            return 0;

        var packages = Packages();
        foreach (var package in packages)
        {
            List<(SessionStatement, SecretBytes, GroupKey?)> given =
            [
                .. Enumerable.Range(0, 1 + random.Next(4)).Select(_ => random.Pick(known)).DistinctBy(session => session.HashText).Select(session => (
                    session, SecretBytes.Random(SessionKeys.SecretSize),
                    session.ReaderGroups is null || random.Next(5) == 0 ? null : GroupKey.Random(random.Pick(session.ReaderGroups.Values)))),
            ];
            Grant(KeyGrant.Seal(given, package, Identifier), _world.Clock.GetUtcNow());
        }

        return packages.Count;
    }

    /// <summary>Publishes a package, so that others seal to it.</summary>
    public void PublishPackage()
    {
        var now = _world.Clock.GetUtcNow();
        var package = KeyPackage.Create(
            _world.Authority.Document.Id, Identifier, HpkeKem.Default.Generate().PublicKey, World.Topics, isDurable: true, _key, now, World.Lifetimes.KeyPackage);
        _world.Notary.Package(package, _stolen);
        Append(ControlPartition.Members, package.Record);
    }

    /// <summary>Writes a record that was changed and signed rightly.</summary>
    public void Resign(ControlPartition partition, byte[] record, SeededGenerator random) =>
        _world.Log.AppendHostile(partition, Poison.Resign(record, _key, random));

    private void Renew()
    {
        if (_stolen is null && (_credential is null || _world.Clock.GetUtcNow() >= _credential.ExpiresAt - TimeSpan.FromHours(1)))
            _credential = _world.Authority.Issue(_key, _credential is null ? _ticket : null) ?? _credential;
    }

    private bool Contradict(Jws announcement, SeededGenerator random)
    {
        if (announcement.ReadUnverified(RecordJson.Default.AnnouncementClaims) is not { Statements.Count: > 0 } claims)
            return false;

        List<StatementClaims> statements =
        [
            .. claims.Statements.Select(statement => random.Next(2) == 0 ? statement : statement with
            {
                Core = statement.Core with { Producer = Identifier, Topic = random.Next(3) > 0 ? statement.Core.Topic : random.Pick(World.Topics) },
            }),
        ];
        Announce(statements[0].Core.Topic, Sign(statements, random.Next(2) == 0 ? claims.Next : null), session: null);
        return true;
    }

    private string Sign(IReadOnlyList<StatementClaims> statements, NextKeySignature? next = null) => Jws.Sign(
        RecordTypes.Announcement, _key,
        new AnnouncementClaims(_world.Authority.Document.Id, Identifier, _world.Clock.GetUtcNow().ToUnixTimeSeconds(), statements, next),
        RecordJson.Default.AnnouncementClaims);

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
                .Select(entry => Jws.TryParse(entry.Value) is { Type: RecordTypes.KeyPackage } jws ? KeyPackage.Read(jws) : null)
                .OfType<KeyPackage>()
                .Where(package => package.Key.Kem == HpkeKem.Default)
                .GroupBy(package => package.Member, (_, packages) => packages.Last()),
        ];
    }

    private void Announce(string topic, string record, SessionId? session)
    {
        if (session is { } id && _stolen is not null)
            _world.StolenSessions.Add(id);
        var entry = new LogEntry(Encoding.ASCII.GetBytes(record), _world.Clock.GetUtcNow());
        _world.Log.AppendHostile(PartitionOf(topic), _stolen is null ? entry : entry with { Stolen = _stolen with { Session = session } });
    }

    private void Grant(GrantRecipient recipient, DateTimeOffset now)
    {
        var document = _world.Authority.Document;
        foreach (var record in KeyGrant.Create(document.Id, Identifier, _key, [recipient], now))
            Append(ControlPartition.GrantsOf(document.Control, recipient.Sub), record);
    }

    private void Append(ControlPartition partition, string record) => _world.Log.AppendHostile(partition, Encoding.ASCII.GetBytes(record));

    private ControlPartition PartitionOf(string topic) => ControlPartition.SessionsOf(_world.Authority.Document.Control, topic);
}

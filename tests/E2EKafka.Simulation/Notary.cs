namespace E2EKafka.Simulation;

/// <summary>Knows what members have said, and checks it against what they knew when they said it.</summary>
internal sealed class Notary(World world)
{
    private readonly Dictionary<string, (long EnrolledAt, DateTimeOffset Ends)> _credentials = [];
    private readonly Dictionary<string, (DateTimeOffset ExpiresAt, StolenSignature? Stolen)> _packages = [];
    private readonly Dictionary<string, (long Serial, string Key, StolenSignature Replacement)> _keys = [];
    private readonly Dictionary<SessionId, SessionStatement> _sessions = [];
    private readonly Dictionary<SessionId, HashSet<string>> _readers = [];

    /// <summary>When a member enrolled, in Unix seconds.</summary>
    public long EnrolledAtOf(string member) => _credentials.TryGetValue(member, out var credential) ? credential.EnrolledAt : long.MaxValue;

    /// <summary>When the last credential ends that a member was ever given.</summary>
    public DateTimeOffset CredentialEndOf(string member) => _credentials.TryGetValue(member, out var credential) ? credential.Ends : DateTimeOffset.MinValue;

    public SessionStatement Session(SessionId id) => _sessions[id];

    /// <summary>Every session that was stated, honest or not.</summary>
    public IReadOnlyCollection<SessionStatement> Sessions => _sessions.Values;

    /// <summary>The thumbprint of the identity key in a member's newest credential; <see langword="null"/> if it has none.</summary>
    public string? KeyOf(string member) => _keys.TryGetValue(member, out var newest) ? newest.Key : null;

    /// <summary>Where a member's newest credential was written, and with it every earlier key replaced.</summary>
    public StolenSignature ReplacementOf(string member) => _keys[member].Replacement;

    /// <summary>To whom a producer has sealed a session, or has tried to.</summary>
    public IReadOnlyCollection<string> ReadersOf(SessionId id) => _readers.TryGetValue(id, out var readers) ? readers : [];

    /// <summary>The authority has issued a credential, or published it again.</summary>
    /// <param name="claims">What is in it.</param>
    /// <param name="written">Where it is written.</param>
    public void Credential(CredentialClaims claims, StolenSignature written)
    {
        if (!_keys.TryGetValue(claims.Sub, out var newest) || claims.Serial > newest.Serial)
            _keys[claims.Sub] = (claims.Serial, SigningPublicKey.TryRead(claims.Cnf.Jwk)!.Thumbprint, written);
        var ends = RecordClock.ToTime(claims.Exp);
        _credentials[claims.Sub] = _credentials.TryGetValue(claims.Sub, out var known)
            ? (Math.Min(known.EnrolledAt, claims.EnrolledAt), known.Ends > ends ? known.Ends : ends)
            : (claims.EnrolledAt, ends);
    }

    public void Session(SessionStatement statement) => _sessions[statement.Id] = statement;

    /// <summary>An attacker publishes a package.</summary>
    public void Package(KeyPackage package, StolenSignature? stolen) => _packages[package.Id] = (package.ExpiresAt, stolen);

    /// <inheritdoc cref="Package(KeyPackage, StolenSignature?)"/>
    public void Package(string id, DateTimeOffset expiresAt) => _packages[id] = (expiresAt, null);

    /// <summary>A member wants something written.</summary>
    public void Publish(SimulatedMember member, Publication publication)
    {
        foreach (var jws in publication.Records.Select(record => Jws.TryParse(record)!))
        {
            World.Require(
                world.IsDevelopment || member.IsClockRight || jws.Type is RecordTypes.ClockProbe or RecordTypes.Grant,
                $"{member} signs a record of type {jws.Type} though its clock is wrong");
            switch (jws.Type)
            {
                case RecordTypes.KeyPackage:
                    var package = jws.ReadUnverified(RecordJson.Default.KeyPackageClaims)!;
                    HpkePublicKey.TryImport(package.Hpke, out var key);
                    var id = KeyPackage.IdOf(key!);
                    _packages[id] = (RecordClock.ToTime(package.Exp), null);
                    World.Require(
                        !member.IsDurable || member.Vault.Inspect("key-packages").ContainsKey(id),
                        $"{member} publishes key package {id}, whose private key its vault does not have yet");
                    break;
                case RecordTypes.Announcement:
                    foreach (var statement in jws.ReadUnverified(RecordJson.Default.AnnouncementClaims)!.Statements)
                        Announce(member, SessionStatement.TryRead(statement)!);
                    break;
                case RecordTypes.Grant:
                    Grant(member, jws.ReadUnverified(RecordJson.Default.GrantClaims)!);
                    break;
            }
        }
    }

    private void Announce(SimulatedMember producer, SessionStatement statement)
    {
        Session(statement);
        var id = statement.Id;
        var isKept = producer.IsDurable && producer.Exchange.Project.Policy.RequirementsOf(statement.Topic).KeyRetention > TimeSpan.Zero;
        World.Require(
            !isKept || producer.Vault.Inspect("sessions").ContainsKey(statement.HashText),
            $"{producer} announces session {id}, which its vault does not have yet");
    }

    private void Grant(SimulatedMember sender, GrantClaims claims)
    {
        foreach (var recipient in claims.Recipients)
        {
            World.Require(
                sender.Now < CredentialEndOf(recipient.Sub),
                $"{sender} seals to {recipient.Sub}, whose credential has ended");
            // One that the insider has signed, of a payload that was changed, is not on the list.
            var package = _packages.GetValueOrDefault(recipient.Package, (ExpiresAt: DateTimeOffset.MaxValue, Stolen: null));
            World.Require(
                sender.Now < package.ExpiresAt,
                $"{sender} seals to a key package of {recipient.Sub} that has expired");
            World.Require(
                package.Stolen is not { } stolen || !sender.KnowsReplacement(stolen),
                $"{sender} seals to a key package of {recipient.Sub} that a replaced key signed");
            foreach (var name in recipient.Sessions)
            {
                var session = _sessions[name.Id];
                World.Require(
                    world.MayHold(sender.Exchange.Project, recipient.Sub, session),
                    $"{sender} seals session {name.Id} for {name.Topic} to {recipient.Sub}, who it knows may not read it");
                World.Require(
                    name.Group == (session.ReaderGroups is null ? null : world.RoleOf(recipient.Sub)),
                    $"{sender} seals session {name.Id} to {recipient.Sub} with the key of reader group {name.Group}");
                if (claims.Sub != session.Producer)
                    continue;

                _readers.TryAdd(name.Id, []);
                _readers[name.Id].Add(recipient.Sub);
            }
        }
    }
}

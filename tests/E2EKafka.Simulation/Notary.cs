namespace E2EKafka.Simulation;

/// <summary>Knows what members have said, and checks it against what they knew when they said it.</summary>
internal sealed class Notary(World world)
{
    private readonly Dictionary<string, (long EnrolledAt, DateTimeOffset Ends)> _credentials = [];
    private readonly Dictionary<string, DateTimeOffset> _packages = [];
    private readonly Dictionary<SessionId, SessionClaims> _sessions = [];
    private readonly Dictionary<SessionId, HashSet<string>> _readers = [];

    /// <summary>When a member entered the project, in Unix seconds.</summary>
    public long EnteredAt(string member) => _credentials.TryGetValue(member, out var credential) ? credential.EnrolledAt : long.MaxValue;

    /// <summary>When the last credential ends that a member was ever given.</summary>
    public DateTimeOffset CredentialEndOf(string member) => _credentials.TryGetValue(member, out var credential) ? credential.Ends : DateTimeOffset.MinValue;

    public SessionClaims Session(SessionId id) => _sessions[id];

    /// <summary>To whom a producer has sealed a session, or has tried to.</summary>
    public IReadOnlyCollection<string> ReadersOf(SessionId id) => _readers.TryGetValue(id, out var readers) ? readers : [];

    public void Credential(CredentialClaims claims)
    {
        var ends = RecordClock.ToTime(claims.Exp);
        _credentials[claims.Sub] = _credentials.TryGetValue(claims.Sub, out var known)
            ? (Math.Min(known.EnrolledAt, claims.EnrolledAt), known.Ends > ends ? known.Ends : ends)
            : (claims.EnrolledAt, ends);
    }

    public void Session(SessionClaims claims) => _sessions[SessionId.Read(claims.Session)] = claims;

    /// <summary>A member wants something written.</summary>
    public void Publish(SimulatedMember member, Publication publication)
    {
        foreach (var jws in publication.Records.Select(record => Jws.TryParse(record)!))
        {
            switch (jws.Type)
            {
                case RecordTypes.KeyPackage:
                    var package = jws.ReadUnverified(RecordJson.Default.KeyPackageClaims)!;
                    HpkePublicKey.TryImport(package.Hpke, out var key);
                    _packages[KeyPackage.IdOf(key!)] = RecordClock.ToTime(package.Exp);
                    break;
                case RecordTypes.Session:
                    Announce(member, jws.ReadUnverified(RecordJson.Default.SessionClaims)!);
                    break;
                case RecordTypes.Grant:
                    Grant(member, jws.ReadUnverified(RecordJson.Default.GrantClaims)!);
                    break;
            }
        }
    }

    private void Announce(SimulatedMember producer, SessionClaims claims)
    {
        Session(claims);
        var id = SessionId.Read(claims.Session);
        var isKept = producer.IsDurable && producer.Exchange.Project.Policy.RequirementsOf(claims.Topic).KeyRetention > TimeSpan.Zero;
        World.Require(
            !isKept || producer.Vault.List("sessions").ContainsKey(id.ToString()),
            $"{producer} announces session {id}, which its vault does not have yet");
    }

    private void Grant(SimulatedMember sender, GrantClaims claims)
    {
        var id = SessionId.Read(claims.Session);
        var session = _sessions[id];
        foreach (var recipient in claims.Recipients)
        {
            World.Require(
                world.MayHold(sender.Exchange.Project, recipient.Sub, session),
                $"{sender} seals session {id} for {claims.Topic} to {recipient.Sub}, who it knows may not read it");
            World.Require(
                sender.Now < CredentialEndOf(recipient.Sub),
                $"{sender} seals session {id} to {recipient.Sub}, whose credential has ended");
            World.Require(
                sender.Now < _packages[recipient.Package],
                $"{sender} seals session {id} to a key package of {recipient.Sub} that has expired");
        }

        if (claims.Sub == session.Sub)
        {
            _readers.TryAdd(id, []);
            _readers[id].UnionWith(claims.Recipients.Select(recipient => recipient.Sub));
        }
    }
}

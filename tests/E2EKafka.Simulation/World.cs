namespace E2EKafka.Simulation;

/// <summary>Everything there is, and what must be true of it.</summary>
internal sealed partial class World
{
    public static readonly string[] Topics = ["orders", "audit"];
    public static readonly string[] Roles = ["a", "b"];
    public static readonly KeyLifetimes Lifetimes = new()
    {
        SessionLimits = new SessionLimits(16, 1 << 20),
        // So short that a story sees several.
        KeyPackage = TimeSpan.FromHours(6),
        KeyPackageRenewal = TimeSpan.FromHours(3),
        KeyPackageGrace = TimeSpan.FromHours(6),
    };

    private readonly Dictionary<long, ProjectDocument> _documents = [];
    private readonly Dictionary<string, string> _roles = [];
    private readonly HashSet<(SessionId Session, uint Sequence)> _nonces = [];
    private readonly List<SentMessage> _messages = [];
    private readonly Dictionary<string, int> _counts = [];

    public World(TimeSpan credentialLifetime, bool isDevelopment)
    {
        (CredentialLifetime, IsDevelopment) = (credentialLifetime, isDevelopment);
        Notary = new Notary(this);
        Log = new SimulatedLog(Clock, Notary);
        Authority = new SimulatedAuthority(this);
    }

    /// <summary>Told what happens, if the caller wants to know.</summary>
    public Action<string>? Note { get; set; }

    public TimeSpan CredentialLifetime { get; }

    /// <summary>Whether the project is for development: then vaults in memory count, and no clock is compared.</summary>
    public bool IsDevelopment { get; }

    public SimulatedClock Clock { get; } = new();

    public SimulatedLog Log { get; }

    public SimulatedAuthority Authority { get; }

    public Notary Notary { get; }

    /// <summary>The one member that keeps to no rule, once it has shown itself.</summary>
    public Insider? Insider { get; private set; }

    /// <summary>Those who have a key that was replaced.</summary>
    public List<Insider> Thieves { get; } = [];

    /// <summary>Who has the authority's replaced keys.</summary>
    public AuthorityThief? AuthorityThief { get; set; }

    /// <summary>The sessions that thieves have announced.</summary>
    public HashSet<SessionId> StolenSessions { get; } = [];

    /// <summary>
    /// Whether the broker keeps single records back. A member that is not shown that the authority's key was replaced takes its thief for the
    /// authority; no design can help it.
    /// </summary>
    public bool HidesRecords => AuthorityThief is null;

    public List<SimulatedMember> Members { get; } = [];

    public IReadOnlyList<SentMessage> Messages => _messages;

    /// <summary>What happened how often, so that a simulation in which nothing happens is seen.</summary>
    public IReadOnlyDictionary<string, int> Counts => _counts;

    public void Count(string what, int times = 1) => _counts[what] = _counts.GetValueOrDefault(what) + times;

    public void Introduce(ProjectDocument document) => _documents[document.Version] = document;

    public void Introduce(SimulatedMember member) => _roles[member.Identifier] = member.Role;

    public void Introduce(Insider insider)
    {
        Insider = insider;
        _roles[insider.Identifier] = insider.Role;
    }

    /// <summary>A thief has a member of its own.</summary>
    public void IntroduceThief(Insider thief)
    {
        Thieves.Add(thief);
        _roles[thief.Identifier] = thief.Role;
    }

    public string RoleOf(string member) => _roles[member];

    public bool IsInsider(string member) => member == Insider?.Identifier;

    /// <summary>Remembers a message that the insider has sent. It may be opened or not, by the reader's own lights.</summary>
    public void SentByInsider(SentMessage message) => _messages.Add(message);

    /// <summary>Remembers a message, and checks what must be true at the moment that it exists.</summary>
    public void Sent(SimulatedMember producer, SentMessage message)
    {
        MessageHeader.Read(message.Bytes, out var header);
        Require(_nonces.Add((header.Session, header.Sequence)), $"{producer} used sequence {header.Sequence} of session {header.Session} twice");
        _messages.Add(message);
        Count("messages sent");

        var document = producer.Exchange.Project;
        Require(
            document.RevocationOf(producer.Identifier) is null && document.Policy.MayProduce(message.Topic, AttributesOf(producer.Role)),
            $"{producer} sent to {message.Topic}, which it knows it may not");

        Require(
            Log.Announced.Contains(message.Session),
            $"{producer} used session {message.Session} before its announcement was in the log");
        var granted = Log.Granted.Contains(message.Session);
        var stored = producer.IsDurable && producer.Vault.Inspect("sessions").ContainsKey(Notary.Session(message.Session).HashText);
        Require(granted || stored, $"{producer} used session {message.Session}, which no other process could open");

        var session = Notary.Session(message.Session);
        foreach (var group in session.ReaderGroups?.Values ?? [])
        {
            Require(
                stored || Notary.ReadersOf(message.Session).Any(reader => _roles[reader] == group),
                $"{producer} used session {message.Session}, which no member of reader group {group} could open");
            Require(
                !HasLostMember(group, session.Core.Document.Version, document.Version),
                $"{producer} used session {message.Session}, which it knows a former member of reader group {group} can forge");
        }

        Require(
            Equals(session.ReaderGroups, document.Policy.RequirementsOf(message.Topic).ReaderGroups),
            $"{producer} used session {message.Session} for other reader groups than it knows that {message.Topic} has");
        Require(producer.Now < session.Ends, $"{producer} used session {message.Session} after its end");
        Require(document.Version >= producer.NamedDocument, $"{producer} sent, and knew that there is a newer project document than its own");
        foreach (var reader in Notary.ReadersOf(message.Session))
        {
            Require(
                document.RevocationOf(reader) is null && document.Policy.MayConsume(message.Topic, AttributesOf(_roles[reader])) && IsInGroup(session, _roles[reader]),
                $"{producer} used session {message.Session}, which it had sealed to {reader}, who it knows may no longer read it");
        }
    }

    /// <summary>Checks what must be true of a member at any time.</summary>
    public void Check(SimulatedMember member)
    {
        if (!member.IsRunning)
            return;

        CheckPackageKeys(member);
        CheckSessionSecrets(member);
        CheckRowsSetAside(member);
        var (knowledge, document) = (member.Knowledge, member.Exchange.Project);
        Require(document.Version >= knowledge.Document, $"{member} has gone back to project document {document.Version}");
        knowledge.Document = document.Version;
        Require(
            _documents.TryGetValue(document.Version, out var ours) && ours.Reference == document.Reference,
            $"{member} obeys project document {document.Version}, which is not the authority's");
        if (member.Exchange.Credential is { } credential)
        {
            Require(credential.Claims.Serial >= knowledge.CredentialSerial, $"{member} has gone back to credential {credential.Claims.Serial}");
            knowledge.CredentialSerial = credential.Claims.Serial;
        }

        foreach (var (id, session) in member.Current.Sessions)
        {
            Require(
                !member.Refuses.Contains(id),
                $"{member} takes session {id} of {session.Statement.Producer}, which a replaced key announced");
            if (session.Keys is null || StolenSessions.Contains(id))
                continue;

            // A session of its own, whose announcement was reported lost, a producer forgets: no message was ever sent in it.
            var producer = session.Statement.Producer;
            if (producer != member.Identifier)
                knowledge.Held[id] = session.Statement;
            Require(
                producer == member.Identifier || IsInsider(producer) || MayEverHold(member, session.Statement, sinceVersion: 1),
                $"{member} holds the key of session {id}, which it was never allowed to have");
        }
    }

    /// <summary>Checks one attempt to open a message.</summary>
    /// <returns>Whether it was opened.</returns>
    public bool CheckOpen(SimulatedMember reader, SentMessage message)
    {
        var opened = reader.TryOpen(message, out var reason);
        Count(opened ? "messages opened" : $"refused: {reason}");
        if (!opened)
        {
            Require(
                reason is not (FailureReason.AuthenticationFailed or FailureReason.SignatureInvalid or FailureReason.WrongTopic),
                $"{reader} cannot open an unaltered message of {message.Producer}: {reason}");
            return false;
        }

        // The reader had not read yet that the key was replaced.
        if (StolenSessions.Contains(message.Session))
            return true;

        var document = reader.Exchange.Project;
        var requirements = document.Policy.RequirementsOf(message.Topic);
        var announcement = reader.Current.Sessions[message.Session].Statement;
        Require(
            document.RevocationOf(message.Producer) is not { } revocation ||
            (revocation.Kind == RevocationKind.Departed && announcement.Core.Begins < revocation.At),
            $"{reader} accepted a message of {message.Producer}, whose removal it knows");
        Require(
            document.Policy.MayProduce(message.Topic, AttributesOf(_roles[message.Producer])),
            $"{reader} accepted a message of {message.Producer}, which it knows may not produce to {message.Topic}");
        Require(
            document.Policy.MayConsume(message.Topic, AttributesOf(reader.Role)) && IsInGroup(announcement, reader.Role),
            $"{reader} opened a message to {message.Topic}, which it knows it may not");
        Require(
            reader.LastProof switch
            {
                MessageProof.Signature => true,
                MessageProof.Mac => requirements.Authentication != MessageAuthentication.Signature,
                _ => requirements.Authentication == MessageAuthentication.Shared,
            },
            $"{reader} opened a message that others can forge, which {message.Topic} does not allow");
        Require(
            reader.LastProof != MessageProof.Mac || !HasLostMember(reader.Role, announcement.Core.Document.Version, document.Version),
            $"{reader} takes for proven what it knows that a former member of its reader group can forge");
        Require(document.Version >= reader.NamedDocument, $"{reader} opened a message, and knew that there is a newer project document than its own");
        Require(reader.Current.Time < RetirementOf(reader, announcement), $"{reader} opened a message whose key it should have destroyed");
        Require(
            message.Producer == reader.Identifier || IsInsider(message.Producer) || MayEverRead(reader, message.Topic, message.DocumentVersion),
            $"{reader} opened a message that was sent after its producer knew that it must not");
        return true;
    }

    /// <summary>Whether some project document, from a version on, lets a member have the key of a session.</summary>
    public bool MayEverHold(SimulatedMember member, SessionStatement announcement, long sinceVersion) =>
        _documents.Values.Any(document => document.Version >= sinceVersion && MayHold(document, member.Identifier, announcement));

    /// <summary>Whether some project document, from a version on, lets a member read a topic. A key that it was given stays its own.</summary>
    public bool MayEverRead(SimulatedMember member, string topic, long sinceVersion) => _documents.Values.Any(document =>
        document.Version >= sinceVersion && document.RevocationOf(member.Identifier) is null &&
        document.Policy.MayConsume(topic, AttributesOf(member.Role)));

    /// <summary>Whether a project document lets a member have the key of a session.</summary>
    public bool MayHold(ProjectDocument document, string member, SessionStatement session) =>
        document.RevocationOf(member) is null &&
        document.Policy.MayConsume(session.Topic, AttributesOf(_roles[member])) && IsInGroup(session, _roles[member]) &&
        (document.Policy.RequirementsOf(session.Topic).History == HistoryAccess.All || session.Core.Begins > Notary.EnrolledAtOf(member));

    /// <summary>Whether a session is for members of a role, as far as its reader groups say.</summary>
    public static bool IsInGroup(SessionStatement session, string role) =>
        session.ReaderGroups is not { } groups || (groups.Attribute == "role" && groups.Values.Contains(role));

    // Whether a member with a role was removed after one document and by another.
    private bool HasLostMember(string role, long sinceVersion, long version) => _roles.Any(member =>
        member.Value == role &&
        _documents.TryGetValue(version, out var document) && document.RevocationOf(member.Key) is not null &&
        _documents.TryGetValue(sinceVersion, out var since) && since.RevocationOf(member.Key) is null);

    public static IReadOnlyDictionary<string, string> AttributesOf(string role) => new Dictionary<string, string> { ["role"] = role };

    public static void Require(bool holds, string what)
    {
        if (!holds)
            throw new InvariantBrokenException(what);
    }
}

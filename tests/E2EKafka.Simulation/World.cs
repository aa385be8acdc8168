namespace E2EKafka.Simulation;

/// <summary>Everything there is, and what must be true of it.</summary>
internal sealed class World
{
    public static readonly TimeSpan CredentialLifetime = TimeSpan.FromHours(48);
    public static readonly string[] Topics = ["orders", "audit"];
    public static readonly KeyLifetimes Lifetimes = new() { SessionLimits = new SessionLimits(16, 1 << 20) };

    private readonly Dictionary<int, ProjectDocument> _documents = [];
    private readonly Dictionary<string, (string Role, SimulatedMember Member)> _identities = [];
    private readonly HashSet<(SessionId Session, uint Sequence)> _nonces = [];
    private readonly List<SentMessage> _messages = [];
    private readonly Dictionary<string, int> _counts = [];

    public World()
    {
        Log = new SimulatedLog(Clock);
        Authority = new SimulatedAuthority(this);
    }

    /// <summary>Told what happens, if somebody wants to know.</summary>
    public Action<string>? Note { get; set; }

    public SimulatedClock Clock { get; } = new();

    public SimulatedLog Log { get; }

    public SimulatedAuthority Authority { get; }

    public List<SimulatedMember> Members { get; } = [];

    public IReadOnlyList<SentMessage> Messages => _messages;

    /// <summary>What happened how often, so that a simulation in which nothing happens is seen.</summary>
    public IReadOnlyDictionary<string, int> Counts => _counts;

    public void Count(string what) => _counts[what] = _counts.GetValueOrDefault(what) + 1;

    public void Introduce(ProjectDocument document) => _documents[document.Version] = document;

    public void Introduce(SimulatedMember member) => _identities[member.Identifier] = (member.Role, member);

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
        var stored = producer.IsDurable && producer.Vault.List("sessions").ContainsKey(message.Session.ToString());
        Require(granted || stored, $"{producer} used session {message.Session}, which nobody else could open");
    }

    /// <summary>Checks what must be true of a member at any time.</summary>
    public void Check(SimulatedMember member)
    {
        if (!member.IsRunning)
            return;

        var keys = member.Vault.List("key-packages");
        var overdue = member.Now - World.Lifetimes.KeyPackage - World.Lifetimes.KeyPackageGrace;
        _ = (keys, overdue);
        foreach (var (id, session) in member.Current.Sessions)
        {
            if (session.Keys is null || session.Announcement.Producer == member.Identifier)
                continue;

            Require(
                MayEverHold(member, session.Announcement, sinceVersion: 1),
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

        var document = reader.Exchange.Project;
        var announcement = reader.Current.Sessions[message.Session].Announcement;
        Require(
            document.RevocationOf(message.Producer) is not { } revocation ||
            (revocation.Kind == RevocationKind.Departed && announcement.Claims.Iat < revocation.At),
            $"{reader} accepted a message of {message.Producer}, whose removal it knows");
        Require(
            document.Policy.MayProduce(message.Topic, AttributesOf(_identities[message.Producer].Role)),
            $"{reader} accepted a message of {message.Producer}, which it knows may not produce to {message.Topic}");
        Require(
            message.Producer == reader.Identifier || MayEverHold(reader, announcement, message.DocumentVersion),
            $"{reader} opened a message that was sent after its producer knew that it must not");
        return true;
    }

    /// <summary>Whether some project document, from a version on, lets a member have the key of a session.</summary>
    public bool MayEverHold(SimulatedMember member, SessionAnnouncement announcement, int sinceVersion) =>
        _documents.Values.Any(document => document.Version >= sinceVersion && MayHold(document, member, announcement));

    /// <summary>Whether a project document lets a member have the key of a session.</summary>
    public static bool MayHold(ProjectDocument document, SimulatedMember member, SessionAnnouncement announcement)
    {
        var requirements = document.Policy.RequirementsOf(announcement.Topic);
        return document.RevocationOf(member.Identifier) is null &&
            document.Policy.MayConsume(announcement.Topic, AttributesOf(member.Role)) &&
            (requirements.History == HistoryAccess.All || announcement.Claims.Iat > EnteredAt(member));
    }

    public static IReadOnlyDictionary<string, string> AttributesOf(string role) => new Dictionary<string, string> { ["role"] = role };

    public static void Require(bool holds, string what)
    {
        if (!holds)
            throw new InvariantBrokenException(what);
    }

    private static long EnteredAt(SimulatedMember member) => member.Exchange.Credential?.Claims.Entered ?? 0;
}

using System.Text;
using E2EKafka.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace E2EKafka.Simulation;

/// <summary>One member: its vault, its place in the log, what it has published and not heard back of, and, while it runs, its key exchange.</summary>
internal sealed partial class SimulatedMember : IKeyRingSource
{
    private readonly World _world;
    private readonly OwnClock _clock;
    private readonly SeededGenerator _keys;
    private SimulatedVault _vault;
    private EnrollmentTicket _ticket;
    private MemberEngine? _exchange;
    private MessageProtector? _protector;

    public SimulatedMember(World world, string name, string role, bool isDurable, IReadOnlyList<string> produces, IReadOnlyList<string> consumes, SeededGenerator random)
    {
        _world = world;
        Name = name;
        Role = role;
        Produces = produces;
        Consumes = consumes;
        _clock = new OwnClock(world.Clock) { Ahead = TimeSpan.FromSeconds(random.Next(101) - 50) };
        _keys = new SeededGenerator(random.Next());
        (_vault, _ticket) = TakeNewIdentity(isDurable);
        Start();
    }

    public string Name { get; }

    public string Role { get; }

    public IReadOnlyList<string> Produces { get; }

    public IReadOnlyList<string> Consumes { get; }

    public string Identifier { get; private set; } = "";

    public bool IsDurable => _vault.IsDurable;

    public bool IsRunning => _exchange is not null;

    public MemberEngine Exchange => _exchange!;

    public SimulatedVault Vault => _vault;

    public DateTimeOffset Now => _clock.GetUtcNow();

    /// <summary>Whether its clock is as right as a member's must be.</summary>
    public bool IsClockRight => _clock.Ahead.Duration() <= TimeSpan.FromMinutes(2);

    /// <summary>Sets its clock wrong, or right again.</summary>
    public void SetClock(TimeSpan skew)
    {
        _clock.Ahead = skew;
        if (IsRunning)
            Advance();
    }

    /// <summary>When it last did what was due.</summary>
    public DateTimeOffset AdvancedAt { get; private set; }

    /// <summary>The newest project document that a credential named which it has taken.</summary>
    public long NamedDocument { get; private set; }

    /// <summary>What it was seen to know in this life. It may know more later, never less.</summary>
    public Knowledge Knowledge { get; private set; } = new();

    public KeyRing Current => _exchange!.Ring;

    /// <summary>What was proven of the message that it opened last.</summary>
    public MessageProof LastProof { get; private set; }

    public void Start()
    {
        _exchange = new MemberEngine(
            _world.Authority.Document, _ticket, _vault, _clock, World.Lifetimes, Publish, NullLogger.Instance);
        _protector = new MessageProtector(
            this, _clock, new TopicAliases(), new RecordWaits(_clock, NullLogger.Instance), new MessageCounts(), new OpeningRules(MissingKey.Throw));
        Identifier = _exchange.Identifier;
        foreach (var topic in Produces)
            _exchange.Produce(topic);
        foreach (var topic in Consumes)
            _exchange.Consume(topic);
        _world.Introduce(this);
        Advance();
    }

    /// <summary>The process ends at this instant. What it had not been told of is gone.</summary>
    public void Crash(bool loseVault)
    {
        // What the disk does not have yet, the process takes with it.
        var wasFull = _vault.IsFull;
        _vault.IsFull = true;
        _exchange!.Dispose();
        _vault.IsFull = wasFull;
        _exchange = null;
        Knowledge = new Knowledge();
        NamedDocument = 0;
        _positions.Clear();
        _hidden.Clear();
        _grantsRead = 0;
        Refuses.Clear();
        Outbox.Clear();
        Acknowledgements.Clear();
        if (!loseVault && _vault.IsDurable)
            return;

        // A new identity, as far as others can tell.
        _backup = null;
        ForeignRows.Clear();
        (_vault, _ticket) = TakeNewIdentity(_vault.IsDurable);
    }

    /// <summary>Starts again with a new ticket: the old one was made after the backup that the authority was restored from.</summary>
    public void ReplaceTicket()
    {
        Crash(loseVault: false);
        _ticket = _world.Authority.CreateTicket(Role);
        Start();
    }

    public void Advance()
    {
        _exchange!.Advance();
        AdvancedAt = Now;
        _grantsRead = Math.Max(_grantsRead, _exchange.Inbox.JudgedOf(Grants));
        _world.Check(this);
    }

    /// <summary>Sends a message, if the member can send now.</summary>
    public SentMessage? TrySend(string topic, string content)
    {
        byte[] bytes;
        try
        {
            bytes = _protector!.Protect(Encoding.UTF8.GetBytes(content), new MessageContext(topic));
        }
        catch (EndToEndKafkaException)
        {
            return null;
        }

        MessageHeader.Read(bytes, out var header);
        return new SentMessage(bytes, content, topic, Identifier, Exchange.Project.Version, header.Session);
    }

    /// <summary>Opens a message, if the member can open it now.</summary>
    /// <returns>Whether it could.</returns>
    public bool TryOpen(SentMessage message, out FailureReason reason)
    {
        (reason, LastProof) = (default, MessageProof.None);
        try
        {
            // Without a memory of what it searched for: every attempt asks the key ring again.
            using var waits = new RecordWaits(_clock, NullLogger.Instance);
            var protector = new MessageProtector(this, _clock, new TopicAliases(), waits, new MessageCounts(), new OpeningRules(MissingKey.Throw));
            var opened = protector.Open(message.Bytes, new MessageContext(message.Topic));
            if (Encoding.UTF8.GetString(opened.Plaintext.Span) != message.Content)
                throw new InvariantBrokenException($"{Name} opened a message to other content than was sent");
            if (opened.Origin.Producer != message.Producer)
                throw new InvariantBrokenException($"{Name} takes a message of {message.Producer} for one of {opened.Origin.Producer}");
            LastProof = opened.Origin.ProvenBy;
            return true;
        }
        catch (MessageOpenException e)
        {
            reason = e.Reason;
            return false;
        }
    }

    public void RequestSuccessor(string topic) => Advance();

    public Task WaitToSendAsync(string topic) =>
        throw new EndToEndKafkaException(FailureReason.SessionNotReady, "A simulated member does not wait.");

    public Task<bool> WaitToOpenAsync(SessionId session, IReadOnlyList<string> topics, CancellationToken cancellationToken)
    {
        foreach (var topic in topics)
            _exchange!.Hurry(session, topic);
        return Searched.Of(_exchange!.Ring, session, topics, cancellationToken);
    }

    /// <summary>Where it is, for who looks into a seed.</summary>
    public string Describe() =>
        $"it lacks {_exchange!.Report.MissingKeys} keys, {_exchange.Inbox.Waiting} records wait, it has judged {string.Join(' ', _exchange.Partitions.Select(partition => $"{partition}:{_exchange.Inbox.JudgedOf(partition)}/{_world.Log[partition].End}"))}, skipped {string.Join(' ', _exchange.Report.Skipped)}, failure {Current.Failure?.Reason}";

    public override string ToString() => Name;

    private (SimulatedVault Vault, EnrollmentTicket Ticket) TakeNewIdentity(bool isDurable)
    {
        var vault = new SimulatedVault(isDurable);
        MemberIdentity.Create(vault, _world.Authority.Document.Id, SeededKeys.Next(_keys)).Dispose();
        return (vault, _world.Authority.CreateTicket(Role));
    }
}

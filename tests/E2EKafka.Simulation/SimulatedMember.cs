using System.Security.Cryptography;
using System.Text;
using E2EKafka.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace E2EKafka.Simulation;

/// <summary>One member: its vault, its place in the log, what it has published and not heard back of, and, while it runs, its key exchange.</summary>
internal sealed class SimulatedMember : IKeyRingSource
{
    private readonly World _world;
    private readonly SkewedClock _clock;
    private readonly Dictionary<ControlPartition, int> _positions = [];
    private readonly SeededGenerator _keys;
    private readonly List<int> _hidden = [];
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
        _clock = new SkewedClock(world.Clock, TimeSpan.FromSeconds(random.Next(101) - 50));
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
    public bool IsClockRight => _clock.Skew.Duration() <= TimeSpan.FromMinutes(2);

    /// <summary>Sets its clock wrong, or right again.</summary>
    public void SetClock(TimeSpan skew)
    {
        _clock.Skew = skew;
        if (IsRunning)
            Advance();
    }

    /// <summary>When it last did what was due.</summary>
    public DateTimeOffset AdvancedAt { get; private set; }

    /// <summary>The newest project document that a credential named which it has taken.</summary>
    public long NamedDocument { get; private set; }

    /// <summary>Whether it has judged all grants to it that were written before a time.</summary>
    public bool HasReadGrantsUntil(DateTimeOffset time)
    {
        var grants = _exchange!.Partitions.Single(partition => partition.Topic == ControlTopicKind.Grants);
        return _world.Log[grants].Count(entry => entry.AppendedAt < time) <= _exchange.PositionOf(grants);
    }

    /// <summary>What it was seen to know in this life. It may know more later, never less.</summary>
    public Knowledge Knowledge { get; private set; } = new();

    /// <summary>Partitions whose records a hostile broker keeps from this member.</summary>
    public HashSet<ControlPartition> Withheld { get; } = [];

    /// <summary>Not yet in the log.</summary>
    public List<Publication> Outbox { get; } = [];

    /// <summary>In the log or lost; the member has not heard yet.</summary>
    public List<(Publication Publication, Acknowledgement Outcome)> Acknowledgements { get; } = [];

    public KeyRing Current => _exchange!.Ring;

    /// <summary>What was proven of the message that it opened last.</summary>
    public MessageProof LastProof { get; private set; }

    public void Start()
    {
        _exchange = new MemberEngine(
            _world.Authority.Document, _ticket, _vault, _clock, World.Lifetimes, Publish, NullLogger.Instance);
        _protector = new MessageProtector(
            this, _clock, new TopicAliases(), new RecordWaits(_clock, NullLogger.Instance), new RefusalCounts(), new OpeningRules(MissingKey.Throw));
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
        _exchange!.Dispose();
        _exchange = null;
        Knowledge = new Knowledge();
        NamedDocument = 0;
        _positions.Clear();
        _hidden.Clear();
        Outbox.Clear();
        Acknowledgements.Clear();
        if (!loseVault && _vault.IsDurable)
            return;

        // A new identity, as far as others can tell.
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
        _world.Check(this);
    }

    /// <summary>Delivers the next records of a partition.</summary>
    public bool Deliver(ControlPartition partition, int count, SeededGenerator? disorder = null)
    {
        if (Withheld.Contains(partition))
            return false;

        var entries = _world.Log[partition];
        if (!_positions.TryGetValue(partition, out var from))
            from = (int)_exchange!.StartOf(partition);
        var to = (int)Math.Min(entries.Count, (long)from + count);
        foreach (var offset in Enumerable.Range(from, to - from))
        {
            // A hostile broker keeps a single record back, a document rather than another.
            if (disorder is not null && partition == ControlPartition.Authority && disorder.Next(IsDocument(entries[offset]) ? 3 : 40) == 0)
                Hide(offset);
            else
                Receive(partition, entries[offset], offset);
        }

        // Kafka keeps the order of a partition. A record that comes again says nothing of how far it was read.
        for (var repeated = disorder is null || to == 0 ? 0 : disorder.Next(4); repeated > 0; repeated--)
            Receive(partition, entries[disorder!.Next(to)], offset: null);

        _positions[partition] = to;
        if (to == entries.Count)
            CaughtUp(partition);
        Advance();
        return to > from;
    }

    public bool DeliverAll()
    {
        var any = false;
        foreach (var partition in _exchange!.Partitions.ToList())
        {
            if (!_positions.TryGetValue(partition, out var position) || position < _world.Log[partition].Count)
                any |= Deliver(partition, int.MaxValue);
            else if (!Withheld.Contains(partition))
                CaughtUp(partition);
        }

        return any | Look();
    }

    /// <summary>Whether the broker has kept single records from it: what it refused for want of them stays refused.</summary>
    public bool WasDeceived { get; private set; }

    /// <summary>The broker shows what it has kept back.</summary>
    public void ShowHidden()
    {
        foreach (var offset in _hidden)
            Receive(ControlPartition.Authority, _world.Log[ControlPartition.Authority][offset], offset: null);
        _hidden.Clear();
    }

    /// <summary>The broker takes, or loses, a publication. The member hears of it later.</summary>
    public void Write(int index, SeededGenerator? faults = null)
    {
        var publication = Outbox[index];
        Outbox.RemoveAt(index);
        var outcome = faults is null ? 0 : faults.Next(10);
        var written = outcome switch
        {
            1 => 0, // lost
            2 => faults!.Next(publication.Records.Count + 1), // cut off in between, and reported as lost
            _ => publication.Records.Count,
        };
        foreach (var record in publication.Records.Take(written))
            _world.Log.Append(publication.Partition, record);
        var isDurable = outcome is not (1 or 2 or 3) && written == publication.Records.Count;
        Acknowledgements.Add((publication, new Acknowledgement(isDurable, _world.Clock.GetUtcNow(), _world.Clock.GetUtcNow())));
    }

    public void Acknowledge(int index)
    {
        var (publication, outcome) = Acknowledgements[index];
        Acknowledgements.RemoveAt(index);
        publication.Completed(outcome);
        Advance();
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
            var protector = new MessageProtector(this, _clock, new TopicAliases(), waits, new RefusalCounts(), new OpeningRules(MissingKey.Throw));
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

    public override string ToString() => Name;

    private static bool IsDocument(LogEntry entry) => Jws.TryParse(entry.Value)?.Type == RecordTypes.Project;

    private void Hide(int offset)
    {
        _hidden.Add(offset);
        WasDeceived = true;
    }

    private void Receive(ControlPartition partition, LogEntry entry, long? offset)
    {
        NamedDocument = Math.Max(NamedDocument, entry.NamesDocument);
        _exchange!.Receive(new ControlRecord(partition, entry.Value, entry.AppendedAt, offset));
        _world.Note?.Invoke($"{Name} reads {partition} {offset} {Jws.TryParse(entry.Value)?.Type}, skipped so far: {string.Join(' ', _exchange.Skipped)}");
    }

    /// <summary>The broker answers where the partitions end that the member wants to look at.</summary>
    public bool Look()
    {
        var looks = _exchange!.BeginLooks();
        foreach (var partition in looks)
            _exchange.LookFound(partition, Withheld.Contains(partition) ? null : _world.Log[partition].Count);
        if (looks.Count > 0)
            Advance();
        foreach (var (partition, from) in _exchange.BeginAgain())
        {
            _positions[partition] = (int)from;
            _exchange.ReadingAgain(partition, from);
        }

        return looks.Any(partition => !Withheld.Contains(partition));
    }

    private void CaughtUp(ControlPartition partition) => _exchange!.CaughtUp(partition, _world.Log[partition].Count);

    private void Publish(Publication publication)
    {
        _world.Notary.Publish(this, publication);
        Outbox.Add(publication);
    }

    // The identity key comes from the seed, because what is spread by identifier must happen again when the seed is replayed.
    private (SimulatedVault Vault, EnrollmentTicket Ticket) TakeNewIdentity(bool isDurable)
    {
        var vault = new SimulatedVault(isDurable);
        var scalar = _keys.Bytes(32);
        scalar[0] = 0; // below the curve's order
        using var ecdsa = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar });
        MemberIdentity.Create(vault, _world.Authority.Document.Id, SigningKey.Import(ecdsa.ExportPkcs8PrivateKey())).Dispose();
        return (vault, _world.Authority.CreateTicket(Role));
    }
}

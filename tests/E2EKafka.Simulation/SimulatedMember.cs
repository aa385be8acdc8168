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
    private readonly Dictionary<ControlPartition, DateTimeOffset> _caughtUpAt = [];
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
        (_vault, _ticket) = BeSomebodyElse(isDurable);
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

    /// <summary>When it last did what was due.</summary>
    public DateTimeOffset AdvancedAt { get; private set; }

    /// <summary>The newest project document that a credential named which it has taken.</summary>
    public int NamedDocument { get; private set; }

    /// <summary>Until when it has read all grants that there are.</summary>
    public DateTimeOffset KeysReadUntil =>
        _exchange!.Partitions.Where(partition => partition.Topic == ControlTopicKind.Keys)
            .Min(partition => _caughtUpAt.GetValueOrDefault(partition));

    /// <summary>What it was seen to know in this life. It may know more later, never less.</summary>
    public Knowledge Knowledge { get; private set; } = new();

    /// <summary>Partitions whose records a hostile broker keeps from this member.</summary>
    public HashSet<ControlPartition> Withheld { get; } = [];

    /// <summary>Not yet in the log.</summary>
    public List<Publication> Outbox { get; } = [];

    /// <summary>In the log or lost; the member has not heard yet.</summary>
    public List<(Publication Publication, bool Durable)> Acknowledgements { get; } = [];

    public KeyRing Current => _exchange!.Ring;

    public void Start()
    {
        _exchange = new MemberEngine(
            _world.Authority.Document, _ticket, _vault, _clock, World.Lifetimes, Publish, NullLogger.Instance);
        _protector = new MessageProtector(this, _clock, new TopicAliases(), new WaitBudget(_clock), new RefusalCounts());
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
        _caughtUpAt.Clear();
        _positions.Clear();
        Outbox.Clear();
        Acknowledgements.Clear();
        if (!loseVault && _vault.IsDurable)
            return;

        // A new identity, as far as anybody can tell.
        (_vault, _ticket) = BeSomebodyElse(_vault.IsDurable);
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
        var order = Enumerable.Range(from, to - from).ToList();
        if (disorder is not null)
        {
            for (var i = 1; i < order.Count; i++)
            {
                if (disorder.Next(4) == 0)
                    (order[i - 1], order[i]) = (order[i], order[i - 1]);
            }

            if (from > 0 && disorder.Next(3) == 0)
                order.Add(disorder.Next(from));
        }

        foreach (var offset in order)
        {
            var skipped = _exchange!.Skipped.Values.Sum();

            // In good order the member remembers how far it is; what comes twice or out of turn tells it nothing of that.
            _exchange.Receive(new ControlRecord(
                partition, entries[offset].Value, entries[offset].AppendedAt, disorder is null ? offset : null));
            if (_exchange.Skipped.Values.Sum() == skipped)
                NamedDocument = Math.Max(NamedDocument, entries[offset].NamesDocument);
            else
                _world.Note?.Invoke($"{Name} skips {partition} offset {offset} ({Jws.TryParse(entries[offset].Value)?.Type}): {string.Join(' ', _exchange.Skipped)}");
        }

        _positions[partition] = to;
        if (to == entries.Count)
            CaughtUp(partition);
        Advance();
        return order.Count > 0;
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

        return any;
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
        Acknowledgements.Add((publication, Durable: outcome is not (1 or 2 or 3) && written == publication.Records.Count));
    }

    public void Acknowledge(int index)
    {
        var (publication, durable) = Acknowledgements[index];
        Acknowledgements.RemoveAt(index);
        publication.Completed(durable);
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
        reason = default;
        try
        {
            // Without a memory of what it waited for: every attempt asks the key ring anew.
            var protector = new MessageProtector(this, _clock, new TopicAliases(), new WaitBudget(_clock), new RefusalCounts());
            var opened = protector.Open(message.Bytes, new MessageContext(message.Topic));
            if (Encoding.UTF8.GetString(opened.Plaintext.Span) != message.Content)
                throw new InvariantBrokenException($"{Name} opened a message to other content than was sent");
            if (opened.Origin.Producer != message.Producer)
                throw new InvariantBrokenException($"{Name} takes a message of {message.Producer} for one of {opened.Origin.Producer}");
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

    public Task WaitToOpenAsync(SessionId session, string topic, TimeSpan timeout)
    {
        _exchange!.Hurry(session, topic);
        return Task.CompletedTask;
    }

    public override string ToString() => Name;

    private void CaughtUp(ControlPartition partition)
    {
        _exchange!.CaughtUp(partition);
        _caughtUpAt[partition] = Now;
    }

    private void Publish(Publication publication)
    {
        _world.Notary.Publish(this, publication);
        Outbox.Add(publication);
    }

    // The identity key comes from the seed, because what is spread by identifier must happen again when the seed is replayed.
    private (SimulatedVault Vault, EnrollmentTicket Ticket) BeSomebodyElse(bool isDurable)
    {
        var vault = new SimulatedVault(isDurable);
        var scalar = _keys.Bytes(32);
        scalar[0] = 0; // below the curve's order
        using var ecdsa = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, D = scalar });
        MemberIdentity.Create(vault, _world.Authority.Document.Id, SigningKey.Import(ecdsa.ExportPkcs8PrivateKey())).Dispose();
        return (vault, _world.Authority.CreateTicket(Role));
    }
}

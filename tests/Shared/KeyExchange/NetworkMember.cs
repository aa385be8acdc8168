using System.Text;

namespace E2EKafka.Tests;

/// <summary>One process of a member in a <see cref="ControlNetwork"/>: a real key exchange, and messages over it.</summary>
internal sealed class NetworkMember : IKeyRingSource, IDisposable
{
    private readonly ControlNetwork _network;
    private readonly Queue<Publication> _outbox = new();
    private readonly Queue<Publication> _held = new();
    private readonly Dictionary<ControlPartition, int> _positions = [];
    private readonly MessageProtector _protector;

    public NetworkMember(ControlNetwork network, IVaultStore vault, EnrollmentTicket ticket, KeyLifetimes lifetimes, ProjectDocument? projectFile = null, TimeSpan ahead = default)
    {
        _network = network;
        Clock = new OwnClock(network.Clock) { Ahead = ahead };
        Vault = vault;
        Exchange = new MemberEngine(projectFile ?? network.Project.Document, ticket, vault, Clock, lifetimes, _outbox.Enqueue, network.Log, audit: network.Audit);
        _protector = new MessageProtector(
            this, Clock, new TopicAliases(), new RecordWaits(Clock, network.Log), new MessageCounts(), new OpeningRules(MissingKey.Throw));
    }

    /// <summary>Its machine's clock: the network's, until a test sets it.</summary>
    public OwnClock Clock { get; }

    public MemberEngine Exchange { get; }

    public IVaultStore Vault { get; }

    public string Identifier => Exchange.Identifier;

    public KeyRing Ring => Exchange.Ring;

    /// <summary>What becomes of what it publishes.</summary>
    public Func<Publication, Fate> FateOf { get; set; } = _ => Fate.Written;

    /// <summary>Whether the broker tells when it appended a record.</summary>
    public bool AreStamped { get; set; } = true;

    /// <summary>Whether it can neither read nor write.</summary>
    public bool IsCutOff { get; set; }

    KeyRing IKeyRingSource.Current => Ring;

    public SendingTopic Sending(string topic) => Ring.Sending[topic];

    /// <summary>The session that the next message to a topic has; <see langword="null"/> if there is none.</summary>
    public SessionId? SessionOf(string topic) => Ring.Sending.GetValueOrDefault(topic)?.Current?.Statement.Id;

    public byte[] Send(string topic, string text = "hello") => _protector.Protect(Encoding.UTF8.GetBytes(text), new MessageContext(topic));

    public FailureReason? WhyItCannotSend(string topic)
    {
        try
        {
            Send(topic);
            return null;
        }
        catch (EndToEndKafkaException e)
        {
            return e.Reason;
        }
    }

    public string Open(string topic, byte[] message) => Encoding.UTF8.GetString(_protector.Open(message, new MessageContext(topic)).Plaintext.Span);

    /// <summary>What proves the origin of a message that it opens.</summary>
    public MessageProof ProofOf(string topic, byte[] message) => _protector.Open(message, new MessageContext(topic)).Origin.ProvenBy;

    public FailureReason? WhyItCannotOpen(string topic, byte[] message)
    {
        try
        {
            Open(topic, message);
            return null;
        }
        catch (MessageOpenException e)
        {
            return e.Reason;
        }
    }

    /// <summary>Whether a publication is for the sake of its acknowledgement alone.</summary>
    public static bool IsProbe(Publication publication) => publication.Records.All(record => Jws.TryParse(record)!.Type == RecordTypes.ClockProbe);

    /// <summary>Reads, does what is due, and writes.</summary>
    /// <returns>Whether something that it wrote was lost.</returns>
    public bool Step()
    {
        if (IsCutOff)
        {
            Exchange.Advance();
            return false;
        }

        ReadAll();
        Exchange.Advance();
        var lost = Write();
        while (!lost && Look())
        {
            ReadAll();
            Exchange.Advance();
            lost = Write();
        }

        Exchange.Advance();
        return lost;
    }

    /// <summary>Writes what was held, and hears that it is written, or that it is not.</summary>
    public void WriteHeld(bool acknowledged = true)
    {
        while (_held.TryDequeue(out var publication))
        {
            Append(publication);
            publication.Completed(Acknowledge(acknowledged));
        }
    }

    public void Dispose() => Exchange.Dispose();

    void IKeyRingSource.RequestSuccessor(string topic) => Exchange.Advance();

    Task IKeyRingSource.WaitToSendAsync(string topic)
    {
        Exchange.Produce(topic);
        _network.Settle();
        return Ring.Failure is null && Sending(topic).Current is not null
            ? Task.CompletedTask
            : Task.FromException((Ring.Failure ?? Sending(topic).Failure ?? new MemberFailure(FailureReason.SessionNotReady, "no session")).ToException());
    }

    Task<bool> IKeyRingSource.WaitToOpenAsync(SessionId session, IReadOnlyList<string> topics, CancellationToken cancellationToken)
    {
        foreach (var topic in topics)
        {
            Exchange.Consume(topic);
            Exchange.Hurry(session, topic);
        }

        _network.Settle();
        return Searched.Of(Ring, session, topics, cancellationToken);
    }

    private bool Write()
    {
        var lost = false;
        while (_outbox.TryDequeue(out var publication))
        {
            var fate = FateOf(publication);
            if (fate == Fate.Held)
            {
                _held.Enqueue(publication);
                continue;
            }

            if (fate != Fate.Lost)
                Append(publication);
            lost |= fate != Fate.Written;
            publication.Completed(Acknowledge(fate == Fate.Written));
        }

        return lost;
    }

    // The broker's time is the network's.
    private Acknowledgement Acknowledge(bool isDurable) => AreStamped ? new(isDurable, _network.Now, _network.Now) : new(isDurable);

    private bool Look()
    {
        var looks = Exchange.BeginLooks();
        foreach (var partition in looks)
            Exchange.LookFound(partition, _network.In(partition).Count);
        return looks.Count > 0;
    }

    private void Append(Publication publication)
    {
        foreach (var record in publication.Records)
            _network.Append(publication.Partition, record);
    }

    private void ReadAll()
    {
        foreach (var partition in Exchange.Partitions.ToList())
        {
            var records = _network.In(partition);
            if (!_positions.TryGetValue(partition, out var position))
                position = (int)Exchange.StartOf(partition);

            // As Kafka does where an offset is no longer there.
            var start = _network.StartOf(partition);
            if (position > records.Count)
                position = start;
            position = Math.Max(position, start);
            Exchange.LogStartFound(partition, start);
            for (; position < records.Count; position++)
                Exchange.Receive(records[position] with { Offset = position });
            _positions[partition] = position;
            Exchange.CaughtUp(partition, records.Count);
        }

        foreach (var (partition, from) in Exchange.Inbox.BeginAgain())
        {
            _positions[partition] = (int)from;
            Exchange.Inbox.ReadingAgain(partition, from);
        }
    }
}

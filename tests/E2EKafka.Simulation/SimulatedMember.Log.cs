using E2EKafka.Tests;

namespace E2EKafka.Simulation;

/// <content>How it reads and writes the control topics.</content>
internal sealed partial class SimulatedMember
{
    private readonly Dictionary<ControlPartition, long> _positions = [];

    // Which of the topics of one name it has read, by the topic's id.
    private readonly Dictionary<ControlPartition, int> _lives = [];
    private readonly List<LogEntry> _hidden = [];
    private readonly HashSet<SessionId> _takenBeforeReplacement = [];
    private long _grantsRead;

    /// <summary>Partitions whose records a hostile broker keeps from this member.</summary>
    public HashSet<ControlPartition> Withheld { get; } = [];

    /// <summary>Whether the broker has kept single records from it: what it refused for want of them stays refused.</summary>
    public bool WasDeceived { get; private set; }

    /// <summary>Not yet in the log.</summary>
    public List<Publication> Outbox { get; } = [];

    /// <summary>In the log or lost; the member has not heard yet.</summary>
    public List<(Publication Publication, Acknowledgement Outcome)> Acknowledgements { get; } = [];

    /// <summary>Sessions that it must not know: it has read that the key which announces them was replaced.</summary>
    public HashSet<SessionId> Refuses { get; } = [];

    /// <summary>Whether it has judged all grants to it that were written before a time.</summary>
    public bool HasReadGrantsUntil(DateTimeOffset time)
    {
        var grants = _world.Log[Grants];
        return grants.Select((entry, index) => (Entry: entry, Offset: grants.Start + index))
            .All(read => read.Entry.IsHostile || read.Entry.AppendedAt >= time || read.Offset < _grantsRead);
    }

    /// <summary>Whether it has read that a key was replaced.</summary>
    public bool KnowsReplacement(StolenSignature stolen) =>
        !WasDeceived && _lives.GetValueOrDefault(ControlPartition.Authority) == stolen.Life &&
        _world.Log[ControlPartition.Authority].Life == stolen.Life && _exchange!.Inbox.JudgedOf(ControlPartition.Authority) > stolen.Replacement;

    /// <summary>Delivers the next records of a partition.</summary>
    public bool Deliver(ControlPartition partition, int count, SeededGenerator? disorder = null)
    {
        if (Withheld.Contains(partition))
            return false;

        var log = _world.Log[partition];
        var from = NextOf(partition, log);
        var to = Math.Min(log.End, from + count);
        for (var offset = from; offset < to; offset++)
        {
            // A hostile broker keeps a single record back, a document rather than another.
            if (disorder is not null && partition == ControlPartition.Authority && _world.HidesRecords && disorder.Next(IsDocument(log.At(offset)) ? 3 : 40) == 0)
                Hide(log.At(offset));
            else
                Receive(partition, log.At(offset), offset);
        }

        // Kafka keeps the order of a partition. A record that comes again says nothing of how far it was read.
        for (var repeated = disorder is null || to == log.Start ? 0 : disorder.Next(4); repeated > 0; repeated--)
            Receive(partition, log[disorder!.Next((int)(to - log.Start))], offset: null);

        _positions[partition] = to;
        if (to == log.End)
            CaughtUp(partition);
        Advance();
        return to > from;
    }

    public bool DeliverAll()
    {
        var any = false;
        foreach (var partition in _exchange!.Partitions.ToList())
        {
            var log = _world.Log[partition];
            if (!_positions.TryGetValue(partition, out var position) || position != log.End || _lives[partition] != log.Life)
                any |= Deliver(partition, int.MaxValue);
            else if (!Withheld.Contains(partition))
                CaughtUp(partition);
        }

        return any | Look();
    }

    /// <summary>The offsets of a partition go back: records come again that it has read.</summary>
    /// <returns>Whether there are any.</returns>
    public bool GoBack(ControlPartition partition, SeededGenerator random)
    {
        var log = _world.Log[partition];
        if (!_positions.TryGetValue(partition, out var position) || position <= log.Start)
            return false;

        _positions[partition] = log.Start + random.Next((int)(position - log.Start));
        return true;
    }

    /// <summary>The broker shows what it has kept back.</summary>
    public void ShowHidden()
    {
        foreach (var entry in _hidden)
            Receive(ControlPartition.Authority, entry, offset: null);
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

    /// <summary>The broker answers where the partitions end that the member wants to look at.</summary>
    public bool Look()
    {
        var looks = _exchange!.BeginLooks();
        foreach (var partition in looks)
            _exchange.LookFound(partition, Withheld.Contains(partition) ? null : _world.Log[partition].End);
        if (looks.Count > 0)
            Advance();
        foreach (var (partition, from) in _exchange.Inbox.BeginAgain())
        {
            _positions[partition] = from;
            _exchange.Inbox.ReadingAgain(partition, from);
        }

        return looks.Any(partition => !Withheld.Contains(partition));
    }

    private ControlPartition Grants => ControlPartition.GrantsOf(_exchange!.Project.Control, Identifier);

    private static bool IsDocument(LogEntry entry) => Jws.TryParse(entry.Value)?.Type == RecordTypes.Project;

    // Where the log does not have an offset, or is another topic's, Kafka's client begins at the log's start.
    private long NextOf(ControlPartition partition, LogPartition log)
    {
        if (!_positions.TryGetValue(partition, out var next))
            next = _exchange!.StartOf(partition);
        var isOther = _lives.TryGetValue(partition, out var life) && life != log.Life;
        _lives[partition] = log.Life;
        if (isOther && partition == Grants)
            _grantsRead = 0;
        return isOther || next < log.Start || next > log.End ? log.Start : next;
    }

    private void Hide(LogEntry entry)
    {
        _hidden.Add(entry);
        WasDeceived = true;
    }

    private void Receive(ControlPartition partition, LogEntry entry, long? offset)
    {
        NamedDocument = Math.Max(NamedDocument, entry.NamesDocument);
        if (entry.Stolen is { Session: { } session } stolen)
        {
            if (!KnowsReplacement(stolen))
                _takenBeforeReplacement.Add(session);
            else if (!_takenBeforeReplacement.Contains(session))
                Refuses.Add(session);
        }

        _exchange!.Receive(new ControlRecord(partition, entry.Value, entry.AppendedAt, offset)
        {
            IsStamped = entry.IsStamped && entry.AppendedAt is not null,
            HasBadTimestamp = entry.HasBadTimestamp,
        });
        _world.Note?.Invoke($"{Name} reads {partition} {offset} {Jws.TryParse(entry.Value)?.Type}, skipped so far: {string.Join(' ', _exchange.Report.Skipped)}");
    }

    private void CaughtUp(ControlPartition partition) => _exchange!.CaughtUp(partition, _world.Log[partition].End);

    private void Publish(Publication publication)
    {
        _world.Notary.Publish(this, publication);
        Outbox.Add(publication);
    }
}

using E2EKafka.Tests;

namespace E2EKafka.Simulation;

/// <content>How it reads and writes the control topics.</content>
internal sealed partial class SimulatedMember
{
    /// <summary>Whether it has judged all grants to it that were written before a time.</summary>
    public bool HasReadGrantsUntil(DateTimeOffset time)
    {
        var grants = _exchange!.Partitions.Single(partition => partition.Topic == ControlTopicKind.Grants);
        return _world.Log[grants].Count(entry => entry.AppendedAt < time) <= _exchange.PositionOf(grants);
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
}

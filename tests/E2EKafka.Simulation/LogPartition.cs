using System.Collections;

namespace E2EKafka.Simulation;

/// <summary>One partition of a control topic: the records that are left, and the offset of the first of them.</summary>
internal sealed class LogPartition : IReadOnlyList<LogEntry>
{
    private readonly List<LogEntry> _entries = [];

    /// <summary>The offset of the first record.</summary>
    public long Start { get; private set; }

    /// <summary>The offset behind the last record.</summary>
    public long End => Start + _entries.Count;

    /// <summary>How often the topic was created again.</summary>
    public int Life { get; private set; }

    /// <summary>How many records are left.</summary>
    public int Count => _entries.Count;

    /// <summary>The records that are left, the first at 0.</summary>
    public LogEntry this[int index] => _entries[index];

    public LogEntry At(long offset) => _entries[(int)(offset - Start)];

    public void Add(LogEntry entry) => _entries.Add(entry);

    /// <summary>The topic is deleted, and created again under the same name.</summary>
    public void Recreate()
    {
        _entries.Clear();
        Start = 0;
        Life++;
    }

    /// <summary>Deletes the records before an offset.</summary>
    public void CutOff(long offset)
    {
        _entries.RemoveRange(0, (int)(offset - Start));
        Start = offset;
    }

    public IEnumerator<LogEntry> GetEnumerator() => _entries.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

using System.Text;

namespace E2EKafka.Simulation;

/// <summary>The control topics, in memory.</summary>
internal sealed class SimulatedLog(TimeProvider time)
{
    private readonly Dictionary<ControlPartition, List<LogEntry>> _partitions = [];

    /// <summary>Sessions whose announcements were written.</summary>
    public HashSet<SessionId> Announced { get; } = [];

    /// <summary>Sessions that were sealed to somebody in a grant that was written.</summary>
    public HashSet<SessionId> Granted { get; } = [];

    public IEnumerable<ControlPartition> Partitions => _partitions.Keys;

    public List<LogEntry> this[ControlPartition partition]
    {
        get
        {
            if (!_partitions.TryGetValue(partition, out var entries))
                _partitions[partition] = entries = [];
            return entries;
        }
    }

    /// <summary>Appends a record that a member or the authority made.</summary>
    public void Append(ControlPartition partition, string record)
    {
        var jws = Jws.TryParse(record)!;
        if (jws.Type == RecordTypes.Session)
            Announced.Add(SessionId.Read(jws.ReadUnverified(RecordJson.Default.SessionClaims)!.Session));
        if (jws.Type == RecordTypes.Grant)
            Granted.Add(SessionId.Read(jws.ReadUnverified(RecordJson.Default.GrantClaims)!.Session));
        Append(partition, Encoding.ASCII.GetBytes(record));
    }

    /// <summary>Appends anything.</summary>
    public void Append(ControlPartition partition, byte[] record) => this[partition].Add(new LogEntry(record, time.GetUtcNow()));
}

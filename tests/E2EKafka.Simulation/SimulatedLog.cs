using System.Text;

namespace E2EKafka.Simulation;

/// <summary>The control topics, in memory.</summary>
internal sealed class SimulatedLog(TimeProvider time, Notary notary)
{
    private readonly Dictionary<ControlPartition, List<LogEntry>> _partitions = [];

    /// <summary>Sessions whose announcements were written.</summary>
    public HashSet<SessionId> Announced { get; } = [];

    /// <summary>Sessions that were sealed to a member in a grant that was written.</summary>
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
        var named = 0L;
        switch (jws.Type)
        {
            case RecordTypes.Announcement:
                var announcement = jws.ReadUnverified(RecordJson.Default.AnnouncementClaims)!;
                Announced.UnionWith(announcement.Statements.Select(claims => SessionStatement.TryRead(claims)!.Id));
                break;
            case RecordTypes.Grant:
                Granted.UnionWith(jws.ReadUnverified(RecordJson.Default.GrantClaims)!.Recipients
                    .SelectMany(recipient => recipient.Sessions).Select(session => session.Id));
                break;
            case RecordTypes.Credential:
                var credential = jws.ReadUnverified(RecordJson.Default.CredentialClaims)!;
                notary.Credential(credential);
                named = credential.Document.Version;
                break;
        }

        this[partition].Add(new LogEntry(Encoding.ASCII.GetBytes(record), time.GetUtcNow(), named));
    }

    /// <summary>Appends anything.</summary>
    public void Append(ControlPartition partition, byte[] record) => this[partition].Add(new LogEntry(record, time.GetUtcNow()));
}

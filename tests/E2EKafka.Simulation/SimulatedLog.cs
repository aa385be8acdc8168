using System.Text;

namespace E2EKafka.Simulation;

/// <summary>The control topics, in memory.</summary>
internal sealed class SimulatedLog(TimeProvider time, Notary notary)
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
        string? credential = null;
        switch (jws.Type)
        {
            case RecordTypes.Session:
                var session = jws.ReadUnverified(RecordJson.Default.SessionClaims)!;
                Announced.Add(SessionId.Read(session.Session));
                credential = session.Credential;
                break;
            case RecordTypes.Grant:
                var grant = jws.ReadUnverified(RecordJson.Default.GrantClaims)!;
                Granted.Add(SessionId.Read(grant.Session));
                credential = grant.Credential;
                break;
            case RecordTypes.KeyPackage:
                credential = jws.ReadUnverified(RecordJson.Default.KeyPackageClaims)!.Credential;
                break;
            case RecordTypes.Credential:
                credential = record;
                notary.Credential(jws.ReadUnverified(RecordJson.Default.CredentialClaims)!);
                break;
        }

        var named = credential is null ? 0 : Jws.TryParse(credential)!.ReadUnverified(RecordJson.Default.CredentialClaims)!.Document.Version;
        this[partition].Add(new LogEntry(Encoding.ASCII.GetBytes(record), time.GetUtcNow(), named));
    }

    /// <summary>Appends anything.</summary>
    public void Append(ControlPartition partition, byte[] record) => this[partition].Add(new LogEntry(record, time.GetUtcNow()));
}

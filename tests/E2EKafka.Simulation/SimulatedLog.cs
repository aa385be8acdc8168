using System.Text;

namespace E2EKafka.Simulation;

/// <summary>The control topics, in memory.</summary>
internal sealed class SimulatedLog(TimeProvider time, Notary notary)
{
    private readonly Dictionary<ControlPartition, LogPartition> _partitions = [];

    /// <summary>Sessions whose announcements were written.</summary>
    public HashSet<SessionId> Announced { get; } = [];

    /// <summary>Sessions that were sealed to a member in a grant that was written.</summary>
    public HashSet<SessionId> Granted { get; } = [];

    public IEnumerable<ControlPartition> Partitions => _partitions.Keys;

    public LogPartition this[ControlPartition partition]
    {
        get
        {
            if (!_partitions.TryGetValue(partition, out var entries))
                _partitions[partition] = entries = new LogPartition();
            return entries;
        }
    }

    /// <summary>Whether a member that reads the log now finds a session's announcement.</summary>
    public bool HasAnnouncement(SessionId session) => _partitions
        .Where(pair => pair.Key.Topic == ControlTopicKind.Sessions)
        .Any(pair => pair.Value.Any(entry => entry.Announces.Contains(session)));

    /// <summary>Appends a record that a member or the authority made.</summary>
    public void Append(ControlPartition partition, string record)
    {
        var jws = Jws.TryParse(record)!;
        var entry = new LogEntry(Encoding.ASCII.GetBytes(record), time.GetUtcNow());
        switch (jws.Type)
        {
            case RecordTypes.Announcement:
                entry = entry with { Announces = SessionsIn(jws) };
                Announced.UnionWith(entry.Announces);
                break;
            case RecordTypes.Grant:
                Granted.UnionWith(jws.ReadUnverified(RecordJson.Default.GrantClaims)!.Recipients
                    .SelectMany(recipient => recipient.Sessions).Select(session => session.Id));
                break;
            case RecordTypes.Credential:
                var credential = jws.ReadUnverified(RecordJson.Default.CredentialClaims)!;
                entry = entry with { NamesDocument = credential.Document.Version };
                notary.Credential(credential, new StolenSignature(this[partition].End, this[partition].Life));
                break;
        }

        this[partition].Add(entry);
    }

    /// <summary>Appends what an attacker wrote, with the broker's time.</summary>
    public void AppendHostile(ControlPartition partition, byte[] record) => AppendHostile(partition, new LogEntry(record, time.GetUtcNow()));

    /// <summary>Appends what an attacker wrote, with a timestamp of the attacker's choice.</summary>
    public void AppendHostile(ControlPartition partition, LogEntry entry) => this[partition].Add(entry with { IsHostile = true });

    private static List<SessionId> SessionsIn(Jws announcement) =>
        [.. announcement.ReadUnverified(RecordJson.Default.AnnouncementClaims)!.Statements.Select(claims => SessionStatement.TryRead(claims)!.Id)];
}

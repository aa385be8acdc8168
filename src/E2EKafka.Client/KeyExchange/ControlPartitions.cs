
namespace E2EKafka.KeyExchange;

/// <summary>The partitions of the control topics that this member reads, and where it begins.</summary>
internal sealed class ControlPartitions(Member member, ConsumedTopics consumed, SessionPartitions sessions, SessionStore store, ControlInbox inbox)
{
    private readonly HashSet<ControlPartition> _started = [];

    public IEnumerable<ControlPartition> All => [ControlPartition.Authority, ControlPartition.Members, ControlPartition.Requests, GrantsOfOurs, .. sessions.All];

    /// <summary>Where the grants for this member are.</summary>
    public ControlPartition GrantsOfOurs => ControlPartition.GrantsOf(member.Directory.Project.Control, member.Identifier);

    /// <summary>How far each was judged, for a status.</summary>
    public IReadOnlyList<ControlPartitionStatus> Status =>
    [
        .. All.Select(partition => new ControlPartitionStatus(
            partition.NameIn(member.Directory.Project.Control), partition.Partition, inbox.JudgedOf(partition), End: null, inbox.CaughtUpAt(partition)))
    ];

    /// <summary>Where the sessions of a topic are announced.</summary>
    public ControlPartition SessionsOf(string topic) => ControlPartition.SessionsOf(member.Directory.Project.Control, topic);

    /// <summary>Where to begin to read a partition.</summary>
    public long StartOf(ControlPartition partition)
    {
        // Keys that are kept in memory only come from the log again after a restart, so it must be read again.
        if (_started.Add(partition) &&
            consumed.All.Any(topic => !store.IsDurable(topic) && (partition == GrantsOfOurs || partition == SessionsOf(topic))))
            inbox.Rewind(partition);
        return inbox.PositionOf(partition);
    }
}

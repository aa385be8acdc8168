using System.Globalization;

namespace E2EKafka.KeyExchange;

/// <summary>
/// Partitions of the sessions topic with data topics that this member does not consume at the moment and is granted keys of: it consumed
/// them before. They are read, so that a grant can be judged when it comes, and its position never passes it unjudged. No more than the
/// topic has partitions, whatever topics grants name.
/// </summary>
internal sealed class GrantedPartitions(Member member)
{
    private readonly HashSet<ControlPartition> _partitions = [];

    public IEnumerable<ControlPartition> All => _partitions;

    /// <summary>A current member has granted a key of a topic that is announced in a partition.</summary>
    public void Add(ControlPartition partition)
    {
        if (_partitions.Add(partition))
            member.Checkpoint.Keep(Checkpoint.GrantedPartition(partition.Partition), partition.Partition.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Takes what an earlier life of this process kept.</summary>
    public void Recall(string partition)
    {
        if (int.TryParse(partition, CultureInfo.InvariantCulture, out var number) && number >= 0 && number < member.Directory.Project.Control.Partitions)
            _partitions.Add(new ControlPartition(ControlTopicKind.Sessions, number));
    }
}

using System.Globalization;
using E2EKafka.Policies;

namespace E2EKafka.KeyExchange;

/// <summary>The partitions of the sessions topic that this member reads.</summary>
/// <param name="member">The member.</param>
/// <param name="consumed">The topics that it consumes.</param>
/// <param name="produced">The topics that it produces to.</param>
internal sealed class SessionPartitions(Member member, ConsumedTopics consumed, IReadOnlyCollection<string> produced)
{
    // This member consumed topics of them before, and is granted keys of them still. They are read, so that a grant can be judged when it
    // comes, and its position never passes it unjudged. No more than the topic has partitions, whatever topics grants name.
    private readonly HashSet<ControlPartition> _granted = [];

    // An archive reader is given keys of topics that it does not consume, and must be able to keep them.
    public IEnumerable<ControlPartition> All
    {
        get
        {
            var project = member.Directory.Project;
            var archived = project.Policy.Topics.Where(topic => topic.ArchiveReaders.Contains(member.Identifier)).Select(topic => topic.Topic).ToList();
            return archived.Any(topic => !TopicPattern.IsTopicName(topic))
                ? Enumerable.Range(0, project.Control.Partitions).Select(partition => new ControlPartition(ControlTopicKind.Sessions, partition))
                : produced.Concat(consumed.All).Concat(archived).Select(topic => ControlPartition.SessionsOf(project.Control, topic)).Concat(_granted).Distinct();
        }
    }

    /// <summary>A current member has granted a key of a topic that is announced in a partition.</summary>
    public void Granted(ControlPartition partition)
    {
        if (_granted.Add(partition))
            member.Checkpoint.Keep(Checkpoint.GrantedPartition(partition.Partition), partition.Partition.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Takes what an earlier life of this process kept.</summary>
    public void Recall(string granted)
    {
        if (int.TryParse(granted, CultureInfo.InvariantCulture, out var partition) && partition >= 0 && partition < member.Directory.Project.Control.Partitions)
            _granted.Add(new ControlPartition(ControlTopicKind.Sessions, partition));
    }
}

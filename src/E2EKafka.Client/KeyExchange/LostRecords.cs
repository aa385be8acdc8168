using E2EKafka.Diagnostics;

namespace E2EKafka.KeyExchange;

/// <summary>Notices that a control topic has lost records of ours, because its head was cut off or it was created again, and has them published again.</summary>
internal sealed class LostRecords(Member member, LogStarts starts, KeyPackages packages, OwnAnnouncements announcements, ControlInbox inbox, ControlPartitions partitions)
{
    /// <summary>Kafka has said where a partition starts.</summary>
    public void LogStartFound(ControlPartition partition, long start)
    {
        if (starts.IsRaised(partition, start))
            PublishAgain(partition, start);
    }

    /// <summary>Kafka has shown the control topics.</summary>
    public void TopicsFound(ControlTopicFacts facts)
    {
        var recreated = starts.FindRecreated(facts, member.Directory.Project.Control);
        if (recreated.Count == 0)
            return;

        // Those too that are not read now, and would be read from where an earlier process was.
        foreach (var partition in partitions.All.Concat(inbox.Partitions).Where(partition => recreated.Contains(partition.Topic)).Distinct().ToList())
            inbox.StartAgain(partition);
    }

    /// <summary>All of a partition is lost: the topic was created again.</summary>
    public void Recreated(ControlPartition partition) => PublishAgain(partition, before: long.MaxValue);

    /// <summary>Remembers what was noticed, once all that was lost is published again: a process that ends before that must notice it again.</summary>
    public void Keep()
    {
        if (!announcements.LacksAny && !packages.IsGone)
            starts.Keep();
    }

    private void PublishAgain(ControlPartition partition, long before)
    {
        if (partition == ControlPartition.Members ? packages.PublishAgain(before) : announcements.PublishAgain(partition, before))
            member.Log.PublishedAgain(partition.Topic, partition.Partition);
    }
}

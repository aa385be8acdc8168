namespace E2EKafka.TestMember;

public enum MemberRole
{
    /// <summary>Sends numbered messages.</summary>
    Produce,

    /// <summary>Reports every message of the topic, from its beginning; in a group, those of its partitions from where the group is.</summary>
    Consume,

    /// <summary>Writes what it reads to another topic, in transactions that hold the offsets of what was read.</summary>
    Transform,

    /// <summary>Runs the project's authority, whose vault there is.</summary>
    Authority,
}

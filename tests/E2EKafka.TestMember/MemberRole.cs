namespace E2EKafka.TestMember;

public enum MemberRole
{
    /// <summary>Sends numbered messages.</summary>
    Produce,

    /// <summary>Reports every message of the topic, from its beginning.</summary>
    Consume,

    /// <summary>Writes what it reads to another topic, in transactions that hold the offsets of what was read.</summary>
    Transform,
}

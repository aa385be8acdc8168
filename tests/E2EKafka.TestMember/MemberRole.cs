namespace E2EKafka.TestMember;

public enum MemberRole
{
    /// <summary>Sends numbered messages.</summary>
    Produce,

    /// <summary>Reports every message of the topic, from its beginning.</summary>
    Consume,
}

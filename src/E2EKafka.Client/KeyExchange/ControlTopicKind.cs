namespace E2EKafka;

/// <summary>The four control topics.</summary>
internal enum ControlTopicKind
{
    Authority,
    Members,
    Keys,
    Requests,
}

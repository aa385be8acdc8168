namespace E2EKafka.KeyExchange;

/// <summary>The four control topics.</summary>
internal enum ControlTopicKind
{
    Authority,
    Members,
    Keys,
    Requests,
}

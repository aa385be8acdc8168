namespace E2EKafka.KeyExchange;

/// <summary>The five control topics.</summary>
internal enum ControlTopicKind
{
    Authority,
    Members,
    Sessions,
    Grants,
    Requests,
}

namespace E2EKafka.Cli;

/// <summary>How control topics are called for short.</summary>
internal static class ControlTopicNames
{
    /// <summary>What comes after the prefix: <c>authority</c>, <c>members</c>, <c>sessions</c>, <c>grants</c>, <c>requests</c>.</summary>
    public static string ShortName(this ControlTopic topic) => topic.Name[(topic.Name.LastIndexOf('.') + 1)..];
}

using System.Globalization;

namespace E2EKafka;

/// <summary>A control topic to create: name, partitions and topic settings.</summary>
/// <param name="Name">The topic's name.</param>
/// <param name="Partitions">The number of partitions. Fixed for the life of the project.</param>
/// <param name="Settings">Topic settings, with Kafka's names.</param>
public sealed record ControlTopic(string Name, int Partitions, IReadOnlyDictionary<string, string> Settings)
{
    private static readonly TimeSpan RequestRetention = TimeSpan.FromDays(3);

    /// <summary>How long control topics keep what members say of themselves.</summary>
    internal static readonly TimeSpan MemberRetention = TimeSpan.FromDays(14);

    internal static IReadOnlyList<ControlTopic> Of(ProjectDocument project) =>
    [
        Topic(project.Control.Authority, 1, MemberRetention),
        Topic(project.Control.Members, 1, MemberRetention),
        SessionsUnder(project.Policy, project),
        Topic(project.Control.Grants, project.Control.Partitions, MemberRetention),
        Topic(project.Control.Requests, 1, RequestRetention),
    ];

    /// <summary>The topic of announcements as a policy needs it. An announcement must outlive its session by the key retention; the session itself lasts up to a day.</summary>
    internal static ControlTopic SessionsUnder(Policy policy, ProjectDocument project) =>
        Topic(project.Control.Sessions, project.Control.Partitions, policy.LongestKeyRetention + TimeSpan.FromDays(2));

    // Never compacted: compaction would let any writer erase what others said.
    private static ControlTopic Topic(string name, int partitions, TimeSpan retention) => new(name, partitions, new Dictionary<string, string>
    {
        ["cleanup.policy"] = "delete",
        ["message.timestamp.type"] = "LogAppendTime",
        ["retention.ms"] = ((long)retention.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
    });
}

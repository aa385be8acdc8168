namespace E2EKafka.Cli;

/// <summary>What each role does with the control topics: the least rights it needs. As in docs/operations.md.</summary>
internal sealed record ControlTopicRole(string Name, IReadOnlyDictionary<string, string[]> Operations, string? DataOperation)
{
    public static IReadOnlyList<ControlTopicRole> Of(ControlTopicLayout control) =>
    [
        new("authority", new Dictionary<string, string[]>
        {
            [control.Authority] = ["Read", "Write"],
            [control.Members] = ["Describe"],
            [control.Keys] = ["Describe"],
            [control.Requests] = ["Read"],
        }, DataOperation: null),
        new("producer", new Dictionary<string, string[]>
        {
            [control.Authority] = ["Read"],
            [control.Members] = ["Read"],
            [control.Keys] = ["Read", "Write"],
            [control.Requests] = ["Read", "Write"],
        }, DataOperation: "Write"),
        new("consumer", new Dictionary<string, string[]>
        {
            [control.Authority] = ["Read"],
            [control.Members] = ["Read", "Write"],
            [control.Keys] = ["Read", "Write"],
            [control.Requests] = ["Read", "Write"],
        }, DataOperation: "Read"),
    ];
}

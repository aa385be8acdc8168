using Confluent.Kafka.Admin;

namespace E2EKafka.RealKafka.Tests.Operations;

/// <summary>The rights in the lines that <c>e2ekafka topics print</c> prints for Kafka's own tools.</summary>
internal static class PrintedRights
{
    public static IReadOnlyList<AclBinding> Of(string printed) =>
    [
        .. printed.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')
            .Where(line => line.StartsWith("kafka-acls.sh ", StringComparison.Ordinal))
            .SelectMany(line => RightsIn([.. line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => word.Trim('\''))])),
    ];

    private static IEnumerable<AclBinding> RightsIn(string[] words)
    {
        var (type, name) =
            ValuesOf("--topic").SingleOrDefault() is { } topic ? (ResourceType.Topic, topic)
            : ValuesOf("--group").SingleOrDefault() is { } group ? (ResourceType.Group, group)
            : (ResourceType.Broker, "kafka-cluster");
        var pattern = ValuesOf("--resource-pattern-type").SingleOrDefault() == "prefixed" ? ResourcePatternType.Prefixed : ResourcePatternType.Literal;
        return ValuesOf("--operation").Select(operation => new AclBinding
        {
            Pattern = new ResourcePattern { Type = type, Name = name, ResourcePatternType = pattern },
            Entry = new AccessControlEntry
            {
                Principal = ValuesOf("--allow-principal").Single(),
                Host = "*",
                Operation = Enum.Parse<AclOperation>(operation),
                PermissionType = AclPermissionType.Allow,
            },
        });

        IEnumerable<string> ValuesOf(string option) => words.Index().Where(word => word.Item == option).Select(word => words[word.Index + 1]);
    }
}

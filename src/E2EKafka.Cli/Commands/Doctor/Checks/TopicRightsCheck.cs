using Confluent.Kafka.Admin;

namespace E2EKafka.Cli;

/// <summary>Whether this Kafka user may do with a topic what its role takes.</summary>
/// <param name="kafka">Where to ask.</param>
/// <param name="topic">The topic.</param>
/// <param name="shortName">How to call it.</param>
/// <param name="needed">What it cannot do without.</param>
/// <param name="useful">What only some in this role need.</param>
/// <param name="unwanted">What only another role should be able to do.</param>
internal sealed class TopicRightsCheck(
    IKafkaView kafka, string topic, string shortName, IReadOnlyList<AclOperation> needed, IReadOnlyList<AclOperation> useful, IReadOnlyList<AclOperation> unwanted) : ICheck
{
    public string Subject => $"rights on {shortName}";

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        if (!kafka.ReadTopics().ContainsKey(topic))
            return Finding.Lacks(RightMissingException.ToSee(topic, kafka.User));
        if (await kafka.ReadRightsAsync(topic).ConfigureAwait(false) is not { } rights)
            return Finding.CouldNotLook("this Kafka does not say what its users may do.");

        if (Without(needed) is { Count: > 0 } missing)
            return Finding.Failed($"This user may not {InWords(missing)} {topic}.", $"Allow it to {InWords(missing)}: `e2ekafka topics print` has the ACLs.");
        if (unwanted.Where(May).ToList() is { Count: > 0 } excess)
            return Finding.Warning($"This user may {InWords(excess)} {topic}, which only the authority should.", "Take that right away, unless this is a development cluster.");

        return Without(useful) is { Count: > 0 } partly
            ? Finding.Passed($"This user may {InWords([.. needed, .. useful.Except(partly)])}, not {InWords(partly)}, which only some members need.")
            : Finding.Passed($"This user may {InWords([.. needed, .. useful])}.");

        bool May(AclOperation operation) => rights.Contains(operation) || rights.Contains(AclOperation.All);

        List<AclOperation> Without(IReadOnlyList<AclOperation> wanted) => [.. wanted.Where(operation => !May(operation))];
    }

    private static string InWords(List<AclOperation> operations) =>
        operations.Count == 0 ? "see it" : string.Join(" and ", operations.Select(operation => operation == AclOperation.DescribeConfigs ? "describe configs of" : $"{operation}".ToLowerInvariant()));
}

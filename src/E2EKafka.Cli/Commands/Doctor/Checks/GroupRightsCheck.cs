using Confluent.Kafka.Admin;

namespace E2EKafka.Cli;

/// <summary>Whether this Kafka user may use the consumer group of a member's own client, which commits nothing to it.</summary>
internal sealed class GroupRightsCheck(IKafkaView kafka, string name, string identifier) : ICheck
{
    private const string Remedy = "Allow it Read on groups that begin with e2ekafka-: `e2ekafka topics print` has the ACLs.";

    public string Subject => $"group of {name}";

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var group = $"e2ekafka-{identifier}";
        if (await kafka.ReadGroupRightsAsync(group).ConfigureAwait(false) is not { } rights)
            return Finding.CouldNotLook("this Kafka does not say what its users may do.");

        return rights.Contains(AclOperation.Read) || rights.Contains(AclOperation.All)
            ? Finding.Passed("This user may use it.")
            : Finding.Failed($"This user may not read with group {group}.", Remedy);
    }
}

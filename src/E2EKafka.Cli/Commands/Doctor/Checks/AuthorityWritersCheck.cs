using Confluent.Kafka.Admin;

namespace E2EKafka.Cli;

/// <summary>Whether other users than the authority's may write to its topic.</summary>
internal sealed class AuthorityWritersCheck(IKafkaView kafka, ProjectDocument project) : ICheck
{
    public string Subject => "writers of authority";

    public async Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        var acls = await kafka.ReadAclsAsync(project.Control.Authority).ConfigureAwait(false);
        var writers = acls
            .Where(acl => acl.Entry.PermissionType == AclPermissionType.Allow && acl.Entry.Operation is AclOperation.Write or AclOperation.All)
            .Select(acl => acl.Entry.Principal)
            .Distinct()
            .Order(StringComparer.Ordinal)
            .ToList();
        return writers switch
        {
            [] => Finding.Warning($"Kafka shows no ACL that gives Write on {project.Control.Authority}: it has no authorizer, so that all users may write, or only super users may.", "Allow Write to the authority's user, and to no other."),
            ["User:*"] or [_, _, ..] => Finding.Warning($"These may write to {project.Control.Authority}: {string.Join(", ", writers)}.",
                "Leave Write to the authority's user alone. Other writers cannot forge a record, but they can fill the topic."),
            [var one] => Finding.Passed($"Only {one} may write to {project.Control.Authority}."),
        };
    }
}

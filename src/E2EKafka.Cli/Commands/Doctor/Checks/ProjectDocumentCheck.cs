namespace E2EKafka.Cli;

/// <summary>Whether Kafka has the project document, and this machine's copy is of any use.</summary>
internal sealed class ProjectDocumentCheck(AuthorityTopic authority, ProjectDocument file) : ICheck
{
    public string Subject => "project document";

    public Task<Finding> LookAsync(CancellationToken cancellationToken) => Task.FromResult(Look());

    private Finding Look()
    {
        if (authority.HasConflictingDocuments)
        {
            return Finding.Failed("There are two documents of one version: members stop.",
                "Two authorities run on copies of one vault. Stop one; any new document of the right one (`e2ekafka policy set`) ends it.");
        }

        if (authority.IsOutdated)
        {
            return Finding.Failed("A credential names a newer document than Kafka shows, or a record of removals is missing: the topic lost it, or the broker withholds it.",
                "Is the authority running? Check the mirror, and whether records of the authority topic were deleted.");
        }

        var current = authority.Project;
        if (current.AuthorityKey.Thumbprint != file.AuthorityKey.Thumbprint)
        {
            return Finding.Warning($"Version {current.Version} on Kafka is signed by a newer authority key than project.json (version {file.Version}).",
                "Replace project.json where new members are set up: `e2ekafka project information --output json` where the authority runs.");
        }

        return Finding.Passed(current.Version == file.Version
            ? $"Version {file.Version}."
            : $"Version {current.Version}; project.json has version {file.Version}, which will do to begin with.");
    }
}

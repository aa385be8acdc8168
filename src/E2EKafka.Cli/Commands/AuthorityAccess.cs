namespace E2EKafka.Cli;

/// <summary>The authority of a project, if it is in this home.</summary>
internal sealed class AuthorityAccess(CommandContext context, ProjectDocument project)
{
    public VaultFolder Folder { get; } = context.Home.Authority(project.Id);

    /// <exception cref="CliException">It is not in this home.</exception>
    public AuthorityAccess RequireHere() => Folder.Exists
        ? this
        : throw new CliException(
            $"The authority of project '{project.Name}' is not in this home ({context.Home}): run this where `e2ekafka project create` was, or say with --home where it is.");

    public CredentialAuthorityOptions OptionsOf(IVaultStore vault)
    {
        var options = new CredentialAuthorityOptions { Vault = vault, BootstrapServers = context.Kafka.BootstrapServers };
        foreach (var (name, value) in context.Kafka.All)
            options.Kafka[name] = value;
        return options;
    }

    /// <summary>Has the authority do something: the one that runs, else one that runs for as long as that takes.</summary>
    /// <exception cref="CliException">It cannot.</exception>
    public async Task<ControlAnswer> AskAsync(ControlRequest request, CancellationToken cancellationToken)
    {
        using var waiting = context.Waiting("Waiting for the authority");
        return await VaultHolder.AskAsync(RequireHere().Folder, context.VaultKeys, request, async vault =>
        {
            await using var authority = CredentialAuthority.Open(OptionsOf(vault));
            if (request.NeedsKafka)
                await authority.StartAsync(cancellationToken);
            return await new AuthorityDesk(authority).AnswerAsync(request, cancellationToken);
        }, cancellationToken);
    }

    /// <summary>The project document in force, from the authority.</summary>
    public async Task<ProjectDocument> ProjectAsync(CancellationToken cancellationToken) =>
        ProjectDocument.Parse((await AskAsync(new GetProjectRequest(), cancellationToken)).Project!);
}

namespace E2EKafka.Cli;

internal sealed class IdentityListCommand : CliCommand
{

    public IdentityListCommand()
        : base("list", "Lists the identities of this home.", "identity list")
    {
    }

    public override Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        IReadOnlyList<IdentityListing> identities =
        [
            .. from identity in context.Home.Identities()
               let note = identity.Note
               select new IdentityListing(identity.Name, note.Identifier, note.Project, note.ProjectName),
        ];
        if (context.Screen.IsJson)
            context.Screen.Json(identities, CliJson.Default.IReadOnlyListIdentityListing);
        else if (identities.Count > 0)
            context.Screen.Table(["Name", "Identifier", "Project"], identities.Select(identity => new[] { identity.Name, identity.Identifier, identity.ProjectName }));
        context.Screen.Flush();
        if (identities.Count == 0)
            context.Say($"No identity in {context.Home}. Make one: e2ekafka identity create NAME");
        return Task.FromResult(ExitCode.Success);
    }
}

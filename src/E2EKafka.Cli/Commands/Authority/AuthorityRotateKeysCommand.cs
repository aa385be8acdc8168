namespace E2EKafka.Cli;

internal sealed class AuthorityRotateKeysCommand : CliCommand
{
    public AuthorityRotateKeysCommand()
        : base("rotate-keys", "Replaces the authority's keys. Members follow by themselves; back the vault up afterwards.", "authority rotate-keys")
    {
    }

    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var access = new AuthorityAccess(context, context.Location.Load());
        var answer = await access.AskAsync(new RotateAuthorityKeysRequest(), cancellationToken);
        var changed = ChangedProject.Of(answer);
        context.Screen.Report(changed, CliJson.Default.ChangedProject);
        context.Say(
            $"The authority's keys are replaced (project document version {changed.Version}). Back up {access.Folder.VaultFile} now: older backups are of no use.");
        return ExitCode.Success;
    }
}

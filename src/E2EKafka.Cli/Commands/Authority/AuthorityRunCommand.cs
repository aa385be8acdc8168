using System.CommandLine;

namespace E2EKafka.Cli;

internal sealed class AuthorityRunCommand : CliCommand
{
    private readonly Option<TimeSpan?> _credentialLifetime =
        DurationOption.Create("--credential-lifetime", "How long a credential is valid, from 1m to 31d. Default: 48h.");

    public AuthorityRunCommand()
        : base("run", "Runs the project's authority until Ctrl-C: it admits members and renews their credentials.", "authority run")
    {
        Add(_credentialLifetime);
    }

    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var access = new AuthorityAccess(context, context.Location.Load()).RequireHere();
        using var vault = access.Folder.Open(context.VaultKeys);
        var options = access.OptionsOf(vault);
        options.CredentialLifetime = context.Get(_credentialLifetime) ?? options.CredentialLifetime;
        using var log = new ErrorLog(context.Surroundings);
        await using var authority = CredentialAuthority.Open(options, log);
        await using var control = context.Serve(access.Folder, new AuthorityDesk(authority).AnswerAsync);
        await authority.StartAsync(cancellationToken);
        await using var end = new EndWatch(() => EndOf(authority), context.Surroundings.Time, cancellationToken);
        var project = authority.Project;
        context.Screen.Report(new RunningAuthority(project.Id, project.Authority, project.Version), CliJson.Default.RunningAuthority);
        context.Say("Ctrl-C ends the authority.");
        await Ended(end.Token);
        end.ThrowIfEnded();
        context.Say("The authority has stopped. Members go on for as long as their credentials last.");
        return ExitCode.Success;
    }

    private static string? EndOf(CredentialAuthority authority) => authority.Ended is { } ended
        ? $"The authority has stopped by itself ({ended.Reason}): {ended.Message} Members go on for as long as their credentials last, 30 to 48 h by default. Repair the cause, and run this again."
        : null;

    private static async Task Ended(CancellationToken cancellationToken)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = cancellationToken.Register(ended.SetResult);
        await ended.Task;
    }
}

using System.CommandLine;

namespace E2EKafka.Cli;

internal sealed class StatusCommand : CliCommand
{
    private readonly Option<string> _identity = IdentityArgument.Option();

    public StatusCommand()
        : base("status",
            "Shows a member's credential, keys and sessions, and when they change.",
            "status --identity consumer")
    {
        Add(_identity);
    }

    public override string Details =>
        "Asks the process that runs as this member; where none does, starts the member to ask it. Exit code 1 if it is not ready.";

    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var member = new MemberAccess(context, context.Get(_identity)!);
        var answer = await member.AskAsync(new GetStatusRequest(), cancellationToken);
        var listing = new StatusListing(member.Identity.Name, answer.IsByAnotherProcess, answer.Status!);
        if (context.Screen.IsJson)
            context.Screen.Json(listing, CliJson.Default.StatusListing);
        else
            new StatusText(context.Screen, context.Surroundings.Time.GetUtcNow()).Write(listing);
        context.Screen.Flush();
        return listing.Status.Problem is null ? ExitCode.Success : ExitCode.Failure;
    }
}

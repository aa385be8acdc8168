using System.CommandLine;

namespace E2EKafka.Cli;

internal sealed class StatusCommand : CliCommand
{
    private readonly Option<string> _identity = IdentityArgument.Option();
    private readonly Option<string> _output = OutputOption.Create();

    public StatusCommand()
        : base("status",
            "Shows what a member has: credential, keys, sessions and their readers, when they change, and how far it has read. Exit code 1 if it is not ready.",
            "status --identity consumer")
    {
        Add(_identity);
        Add(_output);
    }

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

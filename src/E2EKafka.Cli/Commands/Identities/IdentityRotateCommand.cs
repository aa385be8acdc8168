using System.CommandLine;

namespace E2EKafka.Cli;

internal sealed class IdentityRotateCommand : CliCommand
{
    private readonly Argument<string> _name = IdentityArgument.Create();

    public IdentityRotateCommand()
        : base("rotate", "Replaces an identity's key, with the authority's agreement. The identifier stays; sessions go on.", "identity rotate consumer")
    {
        Add(_name);
    }

    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var member = new MemberAccess(context, context.Get(_name));
        await member.AskAsync(new RotateIdentityRequest(), cancellationToken);
        var note = member.Identity.Note;
        context.Screen.Report(new IdentityListing(member.Identity.Name, note.Identifier, note.Project, note.ProjectName), CliJson.Default.IdentityListing);
        context.Say($"The key of identity '{member.Identity.Name}' is replaced. Its identifier stays {note.Identifier}.");
        return ExitCode.Success;
    }
}

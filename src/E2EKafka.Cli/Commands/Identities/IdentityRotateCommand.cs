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
        context.Say($"The key of identity '{member.Identity.Name}' is replaced. Its identifier stays {member.Identity.Note.Identifier}.");
        return ExitCode.Success;
    }
}

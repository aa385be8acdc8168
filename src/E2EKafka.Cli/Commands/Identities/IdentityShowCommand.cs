using System.CommandLine;

namespace E2EKafka.Cli;

internal sealed class IdentityShowCommand : CliCommand
{
    private readonly Argument<string> _name = IdentityArgument.Create();

    public IdentityShowCommand()
        : base("show", "Shows an identity of this home. Its state as a member: `e2ekafka status`.", "identity show consumer")
    {
        Add(_name);
    }

    public override Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var identity = context.Home.Identity(context.Get(_name)).RequireExisting();
        var note = identity.Note;
        if (context.Screen.IsJson)
        {
            context.Screen.Json(
                new IdentityListing(identity.Name, note.Identifier, note.Project, note.ProjectName), CliJson.Default.IdentityListing);
        }
        else
        {
            context.Screen.Properties(
                ("Identity", identity.Name),
                ("Identifier", note.Identifier),
                ("Project", $"{note.ProjectName} ({note.Project})"),
                ("Vault", identity.VaultFile));
        }

        context.Screen.Flush();
        return Task.FromResult(ExitCode.Success);
    }
}

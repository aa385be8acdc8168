using System.CommandLine;

namespace E2EKafka.Cli;

internal sealed class IdentityCreateCommand : CliCommand
{
    private readonly Argument<string> _name = IdentityArgument.Create();

    public IdentityCreateCommand()
        : base("create", "Makes an identity in this home: its keys, in a vault of its own. A ticket makes it a member.",
            "identity create consumer")
    {
        Add(_name);
    }

    public override Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var identity = context.Home.Identity(context.Get(_name));
        var note = identity.Create(context.Location.Load(), context.VaultKeys);
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
                ("Vault", identity.VaultFile));
        }

        context.Screen.Flush();
        context.Say($"Next: e2ekafka enroll --identity {identity.Name} --ticket FILE");
        return Task.FromResult(ExitCode.Success);
    }
}

using System.CommandLine;

namespace E2EKafka.Cli;

internal sealed class MemberRevokeCommand : CliCommand
{
    private readonly Argument<string> _identifier = new("identifier") { Description = "The member's identifier, from `member list`." };

    private readonly Option<bool> _departed = new("--departed") { Description = "It left in good order: what it sent before still opens." };

    private readonly Option<bool> _compromised = new("--compromised") { Description = "Its keys or its machine were stolen: nothing that it ever sent opens any more." };

    public MemberRevokeCommand()
        : base("revoke", "Removes a member, for good. Producers change keys before their next message.",
            "member revoke 3Vd0YkWb8cVZ0yKp8x1m2Qv9o4Jt6sRfA7uHnE5LgTi --compromised")
    {
        Add(_identifier);
        Add(_departed);
        Add(_compromised);
        Validators.Add(result =>
        {
            if (result.GetValue(_departed) == result.GetValue(_compromised))
                result.AddError("Give one of --departed and --compromised; when in doubt, --compromised.");
        });
    }

    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var identifier = context.Get(_identifier);
        if (!Base64UrlBytes.IsHash(identifier))
            throw new UsageException($"'{identifier}' is not an identifier of 43 characters: `e2ekafka member list` shows them.");

        var kind = context.Get(_compromised) ? RevocationKind.Compromised : RevocationKind.Departed;
        var answer = await new AuthorityAccess(context, context.Location.Load()).AskAsync(new RevokeMemberRequest(identifier, kind), cancellationToken);
        var version = ChangedProject.Of(answer).Version;
        context.Screen.Report(new RevokedMember(identifier, kind, version), CliJson.Default.RevokedMember);
        context.Say(
            $"{identifier} is removed as {kind.ToString().ToLowerInvariant()} (project document version {version}). Take its Kafka ACLs away too.");
        return ExitCode.Success;
    }
}

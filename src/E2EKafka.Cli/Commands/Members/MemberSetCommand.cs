using System.CommandLine;

namespace E2EKafka.Cli;

internal sealed class MemberSetCommand : CliCommand
{
    private readonly Argument<string> _identifier = new("identifier") { Description = "The member's identifier, from `member list`." };

    private readonly Option<Dictionary<string, string>> _attributes =
        AttributeOption.Create("All attributes that the member has from now on. Can be given several times. Default: none.");

    public MemberSetCommand()
        : base("set", "Gives a member other attributes. Producers change keys before their next message where it may read less.",
            "member set 3Vd0YkWb8cVZ0yKp8x1m2Qv9o4Jt6sRfA7uHnE5LgTi --attribute service=billing")
    {
        Add(_identifier);
        Add(_attributes);
    }

    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var identifier = context.Get(_identifier);
        if (!Base64UrlBytes.IsHash(identifier))
            throw new UsageException($"'{identifier}' is not an identifier of 43 characters: `e2ekafka member list` shows them.");
        var attributes = context.Get(_attributes)!;
        if (Credential.ProblemOf(attributes) is { } problem)
            throw new UsageException(problem);

        await new AuthorityAccess(context, context.Location.Load()).AskAsync(new SetAttributesRequest(identifier, attributes), cancellationToken);
        context.Screen.Report(new SetMember(identifier, attributes), CliJson.Default.SetMember);
        context.Say(attributes.Count == 0 ? $"{identifier} has no attributes now." : $"{identifier} is {AttributeText.Of(attributes)} now.");
        return ExitCode.Success;
    }
}

namespace E2EKafka.Cli;

internal sealed class MemberListCommand : CliCommand
{

    public MemberListCommand()
        : base("list", "Lists everybody who ever enrolled, removed members included.", "member list")
    {
    }

    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var answer = await new AuthorityAccess(context, context.Location.Load()).AskAsync(new ListMembersRequest(), cancellationToken);
        var members = answer.Members!;
        if (context.Screen.IsJson)
            context.Screen.Json(members, CliJson.Default.IReadOnlyListEnrolledMember);
        else if (members.Count > 0)
            context.Screen.Table(["Identifier", "Attributes", "Revoked"], members.Select(Row));
        context.Screen.Flush();
        if (members.Count == 0)
            context.Say("No member has enrolled yet. Make a ticket: e2ekafka ticket create > member.ticket");
        return ExitCode.Success;
    }

    private static string[] Row(EnrolledMember member) =>
        [member.Identifier, AttributeText.Of(member.Attributes), member.Revoked?.ToString().ToLowerInvariant() ?? ""];
}

using System.CommandLine;

namespace E2EKafka.Cli;

internal sealed class TicketCancelCommand : CliCommand
{
    private readonly Argument<string> _id = new("id") { Description = "The ticket's id, from `ticket list`." };

    private readonly Option<bool> _departed = new("--departed") { Description = "Removes the members that enrolled with it. What they sent before still opens." };

    private readonly Option<bool> _compromised = new("--compromised") { Description = "Removes the members that enrolled with it. Nothing that they ever sent opens any more." };

    public TicketCancelCommand()
        : base("cancel", "Cancels a ticket: no more members enroll with it.",
            "ticket cancel 3Vd0YkWb8cVZ0yKp8x1m2Qv9o4Jt6sRfA7uHnE5LgTi",
            "ticket cancel 3Vd0YkWb8cVZ0yKp8x1m2Qv9o4Jt6sRfA7uHnE5LgTi --compromised")
    {
        Add(_id);
        Add(_departed);
        Add(_compromised);
        Validators.Add(result =>
        {
            if (result.GetValue(_departed) && result.GetValue(_compromised))
                result.AddError("Give at most one of --departed and --compromised; when in doubt, --compromised.");
        });
    }

    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var id = context.Get(_id);
        if (!Base64UrlBytes.IsHash(id))
            throw new UsageException($"'{id}' is not a ticket's id of 43 characters: `e2ekafka ticket list` shows them.");

        RevocationKind? kind = context.Get(_compromised) ? RevocationKind.Compromised : context.Get(_departed) ? RevocationKind.Departed : null;
        var answer = await new AuthorityAccess(context, context.Location.Load()).AskAsync(new CancelTicketRequest(id, kind), cancellationToken);
        var members = answer.Identifiers!;
        context.Screen.Report(new CancelledTicket(id, members, kind), CliJson.Default.CancelledTicket);
        context.Say(members.Count == 0
            ? $"Ticket {id} is cancelled. No member has enrolled with it."
            : $"Ticket {id} is cancelled. {(kind is null ? "These members enrolled with it and stay" : $"These members enrolled with it and are removed as {kind.ToString()!.ToLowerInvariant()}")}: {string.Join(", ", members)}");
        return ExitCode.Success;
    }
}

namespace E2EKafka.Cli;

internal sealed class TicketListCommand : CliCommand
{

    public TicketListCommand()
        : base("list", "Lists the tickets that were made and not cancelled. The tickets themselves are kept nowhere.", "ticket list")
    {
    }

    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var answer = await new AuthorityAccess(context, context.Location.Load()).AskAsync(new ListTicketsRequest(), cancellationToken);
        var tickets = answer.Tickets!;
        if (context.Screen.IsJson)
            context.Screen.Json(tickets, CliJson.Default.IReadOnlyListIssuedTicket);
        else if (tickets.Count > 0)
            context.Screen.Table(["Id", "Attributes", "Used", "Until"], tickets.Select(Row));
        context.Screen.Flush();
        if (tickets.Count == 0)
            context.Say("There is no ticket. Make one: e2ekafka ticket create > member.ticket");
        return ExitCode.Success;
    }

    private static string[] Row(IssuedTicket ticket) =>
        [ticket.Id, AttributeText.Of(ticket.Attributes), $"{ticket.Used} of {ticket.Uses}", $"{ticket.ExpiresAt:u}"];
}

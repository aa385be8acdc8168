using System.CommandLine;
using System.Globalization;

namespace E2EKafka.Cli;

internal sealed class TicketCreateCommand : CliCommand
{
    private readonly Option<Dictionary<string, string>> _attributes = AttributeOption.Create("What policy rules will know the new member by. Can be given several times.");

    private readonly Option<int> _uses = new("--uses")
    {
        Description = "How many members may enroll with it, up to 1000000.",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<TimeSpan?> _expiresIn = DurationOption.Create("--expires-in", "How long it can be used, up to 365d. Default: 10m.");

    private readonly Option<string> _out = new("--out")
    {
        Description = "A new file for the ticket, which only you can read. Default, and -: standard output.",
        HelpName = "FILE",
    };

    public TicketCreateCommand()
        : base("create", "Makes a ticket that lets a new member in. It is a secret: it is printed once and kept nowhere.",
            "ticket create --attribute role=member --out consumer.ticket",
            "ticket create --attribute role=member --uses 20 --expires-in 1h --out replicas.ticket")
    {
        Add(_attributes);
        Add(_uses);
        Add(_expiresIn);
        Add(_out);
    }

    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var uses = context.Get(_uses);
        if (uses is < 1 or > TicketBook.MaxUses)
            throw new UsageException($"--uses is {uses}: a ticket has from 1 to {TicketBook.MaxUses} uses.");
        var lifetime = context.Get(_expiresIn) ?? CredentialAuthority.DefaultTicketLifetime;
        if (lifetime > TicketBook.MaxLifetime)
            throw new UsageException($"--expires-in is {lifetime.TotalDays:0} days: a ticket lives at most {TicketBook.MaxLifetime.TotalDays:0}.");
        var attributes = context.Get(_attributes)!;
        if (Credential.ProblemOf(attributes) is { } problem)
            throw new UsageException(problem);

        // Before there is a ticket: one that could not be written would be of use to no member.
        var path = context.Get(_out) is { } name and not "-" ? context.Surroundings.FullPath(name) : null;
        using var file = path is null ? null : TicketFile.Create(path);
        var answer = await new AuthorityAccess(context, context.Location.Load())
            .AskAsync(new CreateTicketRequest(attributes, uses, (long)lifetime.TotalSeconds), cancellationToken);
        var ticket = EnrollmentTicket.Parse(answer.Ticket!);
        file?.Write(answer.Ticket!);
        if (context.Screen.IsJson)
        {
            context.Screen.Json(
                new CreatedTicket(EnrollmentTicket.HashOf(ticket.Secret), attributes, uses, ticket.ExpiresAt, file is null ? answer.Ticket : null, path),
                CliJson.Default.CreatedTicket);
        }
        else if (file is null)
        {
            context.Screen.Document(answer.Ticket!);
        }
        else
        {
            context.Say($"The ticket is in '{path}', for {(uses == 1 ? "one member" : $"{uses} members")}, until {ticket.ExpiresAt.ToString("u", CultureInfo.InvariantCulture)}.");
        }

        context.Screen.Flush();
        return ExitCode.Success;
    }
}

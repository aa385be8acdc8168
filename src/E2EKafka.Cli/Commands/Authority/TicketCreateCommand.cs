using System.CommandLine;

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

    public TicketCreateCommand()
        : base("create", "Makes a ticket that lets a new member in. It is a secret: it is printed once and kept nowhere.",
            "ticket create --attribute role=member > consumer.ticket",
            "ticket create --attribute role=member --uses 20 --expires-in 1h > replicas.ticket")
    {
        Add(_attributes);
        Add(_uses);
        Add(_expiresIn);
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

        var answer = await new AuthorityAccess(context, context.Location.Load())
            .AskAsync(new CreateTicketRequest(attributes, uses, (long)lifetime.TotalSeconds), cancellationToken);
        context.Screen.Line(answer.Ticket!);
        context.Screen.Flush();
        return ExitCode.Success;
    }
}

using System.CommandLine;
using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;

namespace E2EKafka.Cli;

internal sealed class EnrollCommand : CliCommand
{
    private readonly Option<string> _identity = IdentityArgument.Option();

    private readonly Option<string> _ticket = new("--ticket")
    {
        Description = "The file that has the ticket; - for standard input.",
        HelpName = "FILE",
        Required = true,
    };

    public EnrollCommand()
        : base("enroll", "Makes an identity a member of the project, with a ticket and the authority's answer over Kafka.",
            "enroll --identity consumer --ticket consumer.ticket")
    {
        Add(_identity);
        Add(_ticket);
    }

    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var access = new MemberAccess(context, context.Get(_identity)!);
        var ticket = await TicketAsync(context, cancellationToken);
        using var vault = access.Identity.Open(context.VaultKeys);
        var options = access.OptionsOf(vault);
        options.Ticket = ticket;
        await using var member = await access.ConnectAsync(options, NullLoggerFactory.Instance, cancellationToken);
        var expiresAt = member.CredentialExpiresAt!.Value;
        if (context.Screen.IsJson)
        {
            context.Screen.Json(
                new EnrollmentListing(access.Identity.Name, member.Identifier, member.Project.Id, expiresAt), CliJson.Default.EnrollmentListing);
        }
        else
        {
            context.Screen.Properties(
                ("Identity", access.Identity.Name),
                ("Identifier", member.Identifier),
                ("Project", $"{member.Project.Name} ({member.Project.Id})"),
                ("Credential", $"until {expiresAt.ToString("u", CultureInfo.InvariantCulture)}, renewed in time"));
        }

        context.Screen.Flush();
        return ExitCode.Success;
    }

    private async Task<string> TicketAsync(CommandContext context, CancellationToken cancellationToken)
    {
        var path = context.Get(_ticket)!;
        const string remedy = "Make a ticket where the authority is, with `e2ekafka ticket create`, and look whether that said anything.";
        if (EnrollmentTicket.IsIn(path) && !File.Exists(context.Surroundings.FullPath(path)))
        {
            throw new UsageException(
                "--ticket has a ticket, and not the file of one. Others on this machine can see a command line: let that ticket expire, make another into a file with `e2ekafka ticket create`, and name the file.");
        }

        var source = path == "-" ? "Standard input" : $"The ticket file '{context.Surroundings.FullPath(path)}'";
        string text;
        if (path == "-")
        {
            using var input = new StreamReader(context.Surroundings.Input, leaveOpen: true);
            text = await input.ReadLineAsync(cancellationToken) ?? "";
            if (string.IsNullOrWhiteSpace(text))
                throw new UsageException($"Standard input has no ticket. {remedy}");
        }
        else
        {
            text = InputFile.ReadText(context.Surroundings.FullPath(path), "ticket", remedy);
        }

        try
        {
            _ = EnrollmentTicket.Parse(text);
            return text;
        }
        catch (EndToEndKafkaException e)
        {
            throw new CliException($"{source} has no ticket. {e.Message}", e);
        }
    }
}

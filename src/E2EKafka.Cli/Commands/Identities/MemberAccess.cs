using Microsoft.Extensions.Logging;

namespace E2EKafka.Cli;

/// <summary>A member of the project, by an identity of this home.</summary>
internal sealed class MemberAccess(CommandContext context, string name)
{
    private ProjectDocument? _project;

    public IdentityFolder Identity { get; } = context.Home.Identity(name).RequireExisting();

    public ProjectDocument Project => _project ??= context.Location.Load();

    public EndToEndKafkaOptions OptionsOf(IVaultStore vault)
    {
        var options = new EndToEndKafkaOptions { Project = Project, Vault = vault, BootstrapServers = context.Kafka.BootstrapServers };
        foreach (var (setting, value) in context.Kafka.All)
            options.Kafka[setting] = value;
        return options;
    }

    /// <summary>Connects the member. A user who waits before a screen is told at once what needs an operator, and after 30 s what does not.</summary>
    /// <exception cref="EndToEndKafkaException">It is not ready, and why.</exception>
    public async Task<EndToEndKafka> ConnectAsync(EndToEndKafkaOptions options, ILoggerFactory log, CancellationToken cancellationToken)
    {
        using var waiting = context.Waiting(options.Ticket is null ? $"Waiting until '{Identity.Name}' is ready" : "Waiting for the authority to admit the identity");
        var member = EndToEndKafka.Create(options, log);
        try
        {
            member.Start();
            await member.WaitUntilReadyAsync(cancellationToken: cancellationToken);
            return member;
        }
        catch
        {
            await member.DisposeAsync();
            throw;
        }
    }

    /// <summary>Has the member do something: the one that runs, else one that runs for as long as that takes.</summary>
    /// <exception cref="CliException">It cannot.</exception>
    public async Task<ControlAnswer> AskAsync(ControlRequest request, CancellationToken cancellationToken)
    {
        using var waiting = context.Waiting($"Waiting for '{Identity.Name}'");
        return await VaultHolder.AskAsync(Identity, context.VaultKeys, request, async vault =>
        {
            using var log = new ErrorLog(context.Surroundings, LogLevel.Error);
            await using var member = EndToEndKafka.Create(OptionsOf(vault), log);
            member.Start();
            try
            {
                await member.WaitUntilReadyAsync(cancellationToken: cancellationToken);
            }
            catch (EndToEndKafkaException) when (request is GetStatusRequest)
            {
                // What is wrong with it is what was asked for.
            }

            return await new MemberDesk(member).AnswerAsync(request, cancellationToken);
        }, cancellationToken);
    }
}

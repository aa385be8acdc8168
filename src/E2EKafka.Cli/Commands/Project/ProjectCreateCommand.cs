using System.CommandLine;

namespace E2EKafka.Cli;

internal sealed class ProjectCreateCommand : CliCommand
{
    private readonly Argument<string> _name = new("name") { Description = "The project's name, for people: 1 to 100 characters." };

    private readonly Option<string> _prefix = new("--control-topic-prefix")
    {
        Description = "What the names of the control topics begin with.",
        HelpName = "PREFIX",
        DefaultValueFactory = _ => ControlTopicLayout.DefaultPrefix,
    };

    private readonly Option<int> _controlPartitions = new("--control-partitions")
    {
        Description = "How many partitions the topics for sessions and for grants have. Fixed for the project's life.",
        HelpName = "N",
        DefaultValueFactory = _ => ControlTopicLayout.DefaultPartitions,
    };

    private readonly Option<string> _algorithm = new("--algorithm")
    {
        Description = "What keys are sealed with: mlkem768-p256 (secret from quantum computers too) or p256. Fixed for the project's life.",
        HelpName = "NAME",
        DefaultValueFactory = _ => KeyAlgorithms.MlKem768P256,
    };

    private readonly Option<bool> _development = new("--development")
    {
        Description = "Makes a project for development: members may create control topics, vaults in memory count as lasting, and no clock is compared with the broker's. Needed on dev-cluster. Fixed for the project's life.",
    };

    public ProjectCreateCommand()
        : base("create", "Makes a project: its authority in this home, and project.json, which every member is given.",
            "project create demo --bootstrap-server localhost:9092")
    {
        Add(_name);
        Add(_prefix);
        Add(_controlPartitions);
        Add(_algorithm.AcceptOnlyFromAmong([.. HpkeKem.All.Select(kem => kem.Algorithm)]));
        Add(_development);
    }

    public override async Task<int> RunAsync(CommandContext context, CancellationToken cancellationToken)
    {
        context.Location.RequireEmpty();
        var brokers = context.Kafka.BootstrapServers;
        var unnamed = context.Home.NewAuthority();
        VaultFolder folder;
        ProjectDocument project;
        try
        {
            project = await CreateAsync(context, unnamed, brokers);

            // Only now has it an id.
            folder = context.Home.Authority(project.Id);
            Directory.Move(unnamed.Path, folder.Path);
        }
        catch
        {
            if (Directory.Exists(unnamed.Path))
                Directory.Delete(unnamed.Path, recursive: true);
            throw;
        }

        context.Location.Create(project, brokers);
        if (context.Screen.IsJson)
        {
            context.Screen.Json(
                new CreatedProject(project.Name, project.Id, project.Authority, context.Location.Path, folder.VaultFile), CliJson.Default.CreatedProject);
        }
        else
        {
            context.Screen.Properties(
                ("Project", project.Name),
                ("Id", project.Id),
                ("Authority", project.Authority),
                ("Document", context.Location.Path),
                ("Vault", folder.VaultFile));
        }

        context.Screen.Flush();
        context.Say("Give project.json to each member. Back up the authority's vault, and keep its key elsewhere. Next: e2ekafka topics create");
        return ExitCode.Success;
    }

    private async Task<ProjectDocument> CreateAsync(CommandContext context, VaultFolder folder, string brokers)
    {
        using var vault = folder.Open(context.VaultKeys);
        await using var authority = CredentialAuthority.Open(new CredentialAuthorityOptions
        {
            ProjectName = context.Get(_name),
            BootstrapServers = brokers,
            Vault = vault,
            ControlTopicPrefix = context.Get(_prefix)!,
            ControlPartitions = context.Get(_controlPartitions),
            KeyAlgorithm = context.Get(_algorithm)!,
            IsDevelopment = context.Get(_development),
        });
        return authority.Project;
    }
}

using System.CommandLine;

namespace E2EKafka.Cli;

/// <summary>One run of one command: its arguments, and what the options that all commands have come to.</summary>
internal sealed class CommandContext(Surroundings surroundings, ParseResult parsed)
{
    private KafkaSettings? _kafka;
    private ProjectLocation? _location;

    public Surroundings Surroundings { get; } = surroundings;

    /// <summary>Standard output as text.</summary>
    public Screen Screen { get; } = new(surroundings, OutputOption.IsJson(parsed));

    /// <summary>Where this user's identities and authorities are.</summary>
    public Home Home { get; } = Home.Of(surroundings, parsed.GetValue(GlobalOptions.Home));

    /// <summary>Where the project document is, or is to be.</summary>
    public ProjectLocation Location => _location ??= new ProjectLocation(Surroundings.FullPath(Get(GlobalOptions.Project) ?? "project.json"));

    /// <summary>What opens vaults.</summary>
    public VaultKeySource VaultKeys => new(Surroundings, Get(GlobalOptions.VaultKeyFile), Get(GlobalOptions.VaultPassphraseFile));

    /// <summary>The settings of the Kafka clients.</summary>
    /// <exception cref="UsageException">No brokers are named, or a setting is not understood.</exception>
    public KafkaSettings Kafka => _kafka ??= KafkaSettings.Of(
        Get(GlobalOptions.BootstrapServers),
        Get(GlobalOptions.KafkaConfig) is { } path ? KafkaConfigFile.Load(Surroundings.FullPath(path)) : new Dictionary<string, string>(),
        () => Location.BootstrapServers);

    /// <summary>Kafka's own tools, for commands that are printed. Where no brokers are named, that has to be filled in.</summary>
    /// <exception cref="UsageException">A setting is not understood.</exception>
    public KafkaTools KafkaTools
    {
        get
        {
            var file = Get(GlobalOptions.KafkaConfig) is { } path ? Surroundings.FullPath(path) : null;
            var brokers = Get(GlobalOptions.BootstrapServers)
                ?? (file is null ? null : KafkaConfigFile.Load(file).GetValueOrDefault(KafkaSettings.BootstrapServersName))
                ?? Location.BootstrapServers;
            return new KafkaTools(string.IsNullOrWhiteSpace(brokers) ? null : brokers, file);
        }
    }

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    public T Get<T>(Argument<T> argument) => parsed.GetRequiredValue(argument);

    /// <summary>Says something that is not what was asked for.</summary>
    public void Say(string sentence) => Surroundings.Tell(sentence);

    /// <summary>Shows on a terminal what the command is doing, if that takes longer than a second.</summary>
    /// <param name="what">Such as "Waiting for the authority".</param>
    public Waiting Waiting(string what) => new(Surroundings, what);

    /// <summary>The project document in force: from the authority, if it is in this home, else from Kafka.</summary>
    public async Task<ProjectDocument> CurrentProjectAsync(CancellationToken cancellationToken)
    {
        var project = Location.Load();
        var authority = new AuthorityAccess(this, project);
        if (authority.Folder.Exists)
            return await authority.ProjectAsync(cancellationToken);

        using var waiting = Waiting(ProjectOnKafka.Reading);
        return ProjectOnKafka.Read(Kafka, project, KafkaTopics.PartitionsOf(Kafka), dataTopic: null, cancellationToken).Directory.Project;
    }

    /// <summary>Answers other processes for as long as this one holds a vault.</summary>
    /// <returns><see langword="null"/> where this machine does not let it, which is no reason not to work.</returns>
    public ControlServer? Serve(VaultFolder folder, Func<ControlRequest, CancellationToken, Task<ControlAnswer>> answer)
    {
        try
        {
            return ControlServer.Start(folder.VaultFile, answer);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or PlatformNotSupportedException)
        {
            Say($"Other commands cannot ask this process: {e.Message}");
            return null;
        }
    }
}

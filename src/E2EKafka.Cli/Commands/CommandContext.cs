using System.CommandLine;

namespace E2EKafka.Cli;

/// <summary>One run of one command: its arguments, and what the options that all commands have come to.</summary>
internal sealed class CommandContext(Surroundings surroundings, ParseResult parsed) : IAsyncDisposable
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

    public T? Get<T>(Option<T> option) => parsed.GetValue(option);

    public T Get<T>(Argument<T> argument) => parsed.GetRequiredValue(argument);

    /// <summary>Says something that is not what was asked for.</summary>
    public void Say(string sentence) => Surroundings.Error.WriteLine(sentence);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

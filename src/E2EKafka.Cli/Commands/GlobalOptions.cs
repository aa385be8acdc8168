using System.CommandLine;

namespace E2EKafka.Cli;

/// <summary>Options that every command has.</summary>
internal static class GlobalOptions
{
    public static Option<string> Project { get; } = Of("--project", "FILE", "The project document. Default: ./project.json.");

    public static Option<string> Home { get; } = Of("--home", "DIR",
        "Where identities and authorities are kept. Default: $E2EKAFKA_HOME, else e2ekafka in the user's data folder.");

    public static Option<string> KafkaConfig { get; } = Of("--kafka-config", "FILE",
        "Settings of the Kafka clients, as Kafka's own tools take them (Java properties).");

    public static Option<string> BootstrapServers { get; } = Of("--bootstrap-server", "HOST:PORT",
        "The Kafka brokers. Default: bootstrap.servers of --kafka-config, else those that `project create` was given.");

    public static Option<string> VaultKeyFile { get; } = Of("--vault-key-file", "FILE",
        "The vault's key: 32 random bytes in base64. Default: vault.key beside the vault.");

    public static Option<string> VaultPassphraseFile { get; } = Of("--vault-passphrase-file", "FILE",
        "The vault's passphrase, in place of a key file. Or set E2EKAFKA_VAULT_PASSPHRASE.");

    public static Option<string> Output { get; } = OutputOption.Create();

    public static IReadOnlyList<Option> All { get; } = [Output, Project, Home, KafkaConfig, BootstrapServers, VaultKeyFile, VaultPassphraseFile];

    private static Option<string> Of(string name, string value, string description) =>
        new(name) { Description = description, HelpName = value, Recursive = true };
}

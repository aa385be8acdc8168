using Confluent.Kafka.Admin;

namespace E2EKafka.Cli;

/// <summary>Command lines of Kafka's own tools, for a POSIX shell. Each can be pasted as it stands.</summary>
/// <param name="bootstrapServers">The brokers; <see langword="null"/> where they are not known, and have to be filled in.</param>
/// <param name="commandConfig">The full path of the tools' properties file; <see langword="null"/> for a listener without TLS and login.</param>
internal sealed class KafkaTools(string? bootstrapServers, string? commandConfig)
{
    /// <summary>What stands in place of brokers that are not known. A shell takes it for a word.</summary>
    public const string UnknownBrokers = "<HOST:PORT>";

    /// <summary>The brokers, or what stands in their place.</summary>
    public string BootstrapServers => bootstrapServers ?? UnknownBrokers;

    /// <summary>The properties file, if there is one.</summary>
    public string? CommandConfig => commandConfig;

    private string Connection =>
        $"--bootstrap-server {ShellWord.Of(BootstrapServers)}{(commandConfig is null ? "" : $" --command-config {ShellWord.Of(commandConfig)}")}";

    /// <param name="topic">The topic.</param>
    /// <param name="replicationFactor">Its replicas; <see langword="null"/> for the brokers' default.</param>
    public string CreateTopic(ControlTopic topic, int? replicationFactor) =>
        FormattableString.Invariant($"kafka-topics.sh {Connection} --create --if-not-exists --topic {topic.Name} --partitions {topic.Partitions}") +
        (replicationFactor is null ? "" : FormattableString.Invariant($" --replication-factor {replicationFactor}")) +
        string.Concat(topic.Settings.Select(setting => $" --config {setting.Key}={setting.Value}"));

    public string AddPartitions(ControlTopic topic) =>
        FormattableString.Invariant($"kafka-topics.sh {Connection} --alter --topic {topic.Name} --partitions {topic.Partitions}");

    public string Set(ControlTopic topic, IEnumerable<(string Name, string Value)> settings) =>
        $"kafka-configs.sh {Connection} --alter --entity-type topics --entity-name {topic.Name} --add-config {string.Join(',', settings.Select(setting => $"{setting.Name}={setting.Value}"))}";

    /// <summary>The ACLs of one principal on one resource.</summary>
    public string Allow(string principal, ResourceType resource, string name, bool isPrefix, IEnumerable<AclOperation> operations) =>
        $"kafka-acls.sh {Connection} --add --allow-principal {ShellWord.Of(principal)}" +
        string.Concat(operations.Select(operation => $" --operation {operation}")) +
        resource switch
        {
            ResourceType.Topic => $" --topic {ShellWord.Of(name)}",
            ResourceType.Group => $" --group {ShellWord.Of(name)}",
            _ => " --cluster",
        } +
        (isPrefix ? " --resource-pattern-type prefixed" : "");
}

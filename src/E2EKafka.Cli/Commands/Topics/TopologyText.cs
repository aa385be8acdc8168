using System.Globalization;
using System.Text;

namespace E2EKafka.Cli;

/// <summary>Control topics and access rights, for the tools that make them.</summary>
internal sealed class TopologyText(ProjectDocument project, IReadOnlyDictionary<string, string> principals, IReadOnlyList<string> dataTopics, int? replicationFactor)
{
    /// <summary>Members' own groups, and those of `consume`: no offset is committed to the first.</summary>
    private const string GroupPrefix = "e2ekafka-";

    /// <summary>Commands for Kafka's own tools.</summary>
    public string KafkaTools(string bootstrapServers, string? commandConfig)
    {
        var connection = $"--bootstrap-server {Quote(bootstrapServers)}{(commandConfig is null ? "" : $" --command-config {Quote(commandConfig)}")}";
        var text = new StringBuilder("# Control topics\n");
        foreach (var topic in project.ControlTopics)
        {
            text.Append(CultureInfo.InvariantCulture, $"kafka-topics.sh {connection} --create --if-not-exists --topic {topic.Name} --partitions {topic.Partitions}");
            if (replicationFactor is not null)
                text.Append(CultureInfo.InvariantCulture, $" --replication-factor {replicationFactor}");
            foreach (var (name, value) in topic.Settings)
                text.Append(CultureInfo.InvariantCulture, $" --config {name}={value}");
            text.Append('\n');
        }

        foreach (var role in ControlTopicRole.Of(project.Control))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n# The least rights of each {role.Name}\n");
            foreach (var (topic, operations) in TopicsOf(role))
                text.Append(CultureInfo.InvariantCulture, $"kafka-acls.sh {connection} --add --allow-principal {Quote(principals[role.Name])}{string.Concat(operations.Select(operation => $" --operation {operation}"))} --topic {topic}\n");
            text.Append(CultureInfo.InvariantCulture, $"kafka-acls.sh {connection} --add --allow-principal {Quote(principals[role.Name])} --operation Read --group {GroupPrefix} --resource-pattern-type prefixed\n");
        }

        return text.ToString();
    }

    /// <summary>Resources of the Terraform provider Mongey/kafka.</summary>
    public string Terraform()
    {
        var text = new StringBuilder();
        foreach (var topic in project.ControlTopics)
        {
            text.Append(CultureInfo.InvariantCulture,
                $$"""
                resource "kafka_topic" "{{NameOf(topic.Name)}}" {
                  name               = "{{topic.Name}}"
                  partitions         = {{topic.Partitions}}
                  replication_factor = {{replicationFactor ?? 3}}

                  config = {

                """);
            foreach (var (name, value) in topic.Settings)
                text.Append(CultureInfo.InvariantCulture, $"    \"{name}\" = \"{value}\"\n");
            text.Append("  }\n}\n\n");
        }

        foreach (var role in ControlTopicRole.Of(project.Control))
        {
            foreach (var (topic, operations) in TopicsOf(role))
            {
                foreach (var operation in operations)
                    AppendAcl(text, $"{role.Name}_{operation}_{topic}", topic, "Topic", "Literal", principals[role.Name], operation);
            }

            AppendAcl(text, $"{role.Name}_groups", GroupPrefix, "Group", "Prefixed", principals[role.Name], "Read");
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private IEnumerable<KeyValuePair<string, string[]>> TopicsOf(ControlTopicRole role) =>
        role.DataOperation is { } operation
            ? role.Operations.Concat(dataTopics.Select(topic => KeyValuePair.Create(topic, (string[])[operation])))
            : role.Operations;

    private static void AppendAcl(StringBuilder text, string name, string resource, string type, string pattern, string principal, string operation) =>
        text.Append(CultureInfo.InvariantCulture,
            $$"""
            resource "kafka_acl" "{{NameOf(name)}}" {
              resource_name                = "{{resource}}"
              resource_type                = "{{type}}"
              resource_pattern_type_filter = "{{pattern}}"
              acl_principal                = "{{Escape(principal)}}"
              acl_host                     = "*"
              acl_operation                = "{{operation}}"
              acl_permission_type          = "Allow"
            }


            """);

    private static string NameOf(string text) => string.Concat(text.ToLowerInvariant().Select(character => char.IsAsciiLetterOrDigit(character) ? character : '_')).TrimStart('_');

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("${", "$${", StringComparison.Ordinal).Replace("%{", "%%{", StringComparison.Ordinal);

    // For a POSIX shell.
    private static string Quote(string text) =>
        text.All(character => char.IsAsciiLetterOrDigit(character) || "-_.,:/=@+".Contains(character, StringComparison.Ordinal))
            ? text
            : $"'{text.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}

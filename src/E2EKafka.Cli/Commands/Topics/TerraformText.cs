using System.Globalization;
using System.Text;
using Confluent.Kafka.Admin;

namespace E2EKafka.Cli;

/// <summary>Control topics and access rights as resources of the Terraform provider Mongey/kafka.</summary>
internal sealed class TerraformText(Topology topology, string bootstrapServers)
{
    private readonly HashSet<string> _names = [];

    public string Write()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $$"""
            # Needs the provider Mongey/kafka in your configuration, with the TLS and login settings of your listener:
            #   terraform { required_providers { kafka = { source = "Mongey/kafka" } } }
            #   provider "kafka" { bootstrap_servers = {{Servers()}} }


            """);
        if (topology.DataTopics.Count == 0)
            text.Append("# LOOK: no data topic was named, so no rights on data topics are below. Name each with --topic TOPIC.\n\n");
        foreach (var topic in topology.Project.ControlTopics)
            AppendTopic(text, topic);
        foreach (var role in topology.Roles)
        {
            foreach (var (resource, name, isPrefix, operations) in topology.RightsOf(role))
            {
                foreach (var operation in operations)
                    AppendAcl(text, role.Name, resource, name, isPrefix, operation);
            }
        }

        return text.ToString().TrimEnd('\n') + "\n";
    }

    private string Servers() => $"[{string.Join(", ", bootstrapServers.Split(',').Select(server => $"\"{Escape(server.Trim())}\""))}]";

    private void AppendTopic(StringBuilder text, ControlTopic topic)
    {
        text.Append(CultureInfo.InvariantCulture,
            $$"""
            resource "kafka_topic" "{{NameOf(topic.Name)}}" {
              name               = "{{topic.Name}}"
              partitions         = {{topic.Partitions}}
              replication_factor = {{topology.ReplicationFactor ?? 3}}

              config = {

            """);
        foreach (var (name, value) in topic.Settings)
            text.Append(CultureInfo.InvariantCulture, $"    \"{name}\" = \"{value}\"\n");
        text.Append("  }\n}\n\n");
    }

    private void AppendAcl(StringBuilder text, string role, ResourceType resource, string name, bool isPrefix, AclOperation operation) =>
        text.Append(CultureInfo.InvariantCulture,
            $$"""
            resource "kafka_acl" "{{NameOf($"{role}_{operation}_{(isPrefix ? "groups" : name)}")}}" {
              resource_name                = "{{Escape(name)}}"
              resource_type                = "{{(resource == ResourceType.Broker ? "Cluster" : $"{resource}")}}"
              resource_pattern_type_filter = "{{(isPrefix ? "Prefixed" : "Literal")}}"
              acl_principal                = "{{Escape(topology.Principals[role])}}"
              acl_host                     = "*"
              acl_operation                = "{{operation}}"
              acl_permission_type          = "Allow"
            }


            """);

    /// <summary>A name that no other resource here has: orders.eu and orders_eu are two topics.</summary>
    private string NameOf(string text)
    {
        var name = string.Concat(text.ToLowerInvariant().Select(character => char.IsAsciiLetterOrDigit(character) ? character : '_')).TrimStart('_');
        if (name.Length == 0 || char.IsAsciiDigit(name[0]))
            name = $"_{name}";
        var unique = name;
        for (var number = 2; !_names.Add(unique); number++)
            unique = FormattableString.Invariant($"{name}_{number}");
        return unique;
    }

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("${", "$${", StringComparison.Ordinal).Replace("%{", "%%{", StringComparison.Ordinal);
}

using System.Globalization;
using System.Text;

namespace E2EKafka.Cli;

/// <summary>Control topics and access rights as commands of Kafka's own tools. What has to be filled in or looked at is said above them.</summary>
internal sealed class KafkaToolsText(Topology topology, KafkaTools tools)
{
    public string Write()
    {
        var text = new StringBuilder();
        foreach (var line in Preface())
            text.Append(CultureInfo.InvariantCulture, $"# {line}\n");
        text.Append("\n# Control topics\n");
        foreach (var topic in topology.Project.ControlTopics)
            text.Append(tools.CreateTopic(topic, topology.ReplicationFactor)).Append('\n');

        foreach (var role in topology.Roles)
        {
            text.Append(CultureInfo.InvariantCulture, $"\n# The least rights of the {role.Name}: for {role.Purpose}\n");
            foreach (var (resource, name, isPrefix, operations) in topology.RightsOf(role))
                text.Append(tools.Allow(topology.Principals[role.Name], resource, name, isPrefix, operations)).Append('\n');
        }

        return text.ToString();
    }

    private IEnumerable<string> Preface()
    {
        yield return "For Kafka's own tools (their folder bin on the PATH), run by a user who may create topics and ACLs.";
        if (tools.BootstrapServers == KafkaTools.UnknownBrokers)
            yield return $"FILL IN: {KafkaTools.UnknownBrokers}, the brokers. Or print this again with --bootstrap-server HOST:PORT.";
        yield return tools.CommandConfig is { } file
            ? $"The tools log in with {file}. It must be a file of that user."
            : "LOOK: no --kafka-config was given, so the tools use neither TLS nor a login, and hang on a listener that wants them. Print this again with --kafka-config FILE for such a listener.";
        yield return $"The principals are {string.Join(", ", topology.Roles.Select(role => $"{topology.Principals[role.Name]} ({role.Name})"))}. " +
            $"Others: {string.Join(", ", topology.Roles.Select(role => $"--{role.Name}-principal"))}.";
        if (topology.DataTopics.Count == 0)
            yield return "LOOK: no data topic was named, so no rights on data topics are below. Name each with --topic TOPIC.";
        if (topology.Groups.Count == 0)
            yield return "Applications that consume with groups of their own need Read on these. Name each with --group GROUP.";
    }
}

using Confluent.Kafka;
using Confluent.Kafka.Admin;

namespace E2EKafka.Cli;

/// <summary>Makes the control topics that are missing, each by itself, and looks at those that are there. Alters and deletes none.</summary>
/// <param name="kafka">The Kafka clients' settings.</param>
/// <param name="tools">For what is to be done by others.</param>
/// <param name="say">Where to say what could not be looked at.</param>
internal sealed class ControlTopicMaker(KafkaSettings kafka, KafkaTools tools, Action<string> say)
{
    /// <param name="topics">The topics, as the project needs them.</param>
    /// <param name="replicationFactor">Of those that are made; -1 for the brokers' default.</param>
    /// <returns>A line for each.</returns>
    /// <exception cref="CliException">No broker answers.</exception>
    public async Task<IReadOnlyList<ControlTopicListing>> MakeAsync(IReadOnlyList<ControlTopic> topics, short replicationFactor)
    {
        var existing = KafkaTopics.PartitionsOf(kafka);
        var refused = await CreateAsync(topics.Where(topic => !existing.ContainsKey(topic.Name)).ToList(), replicationFactor);
        using var view = new KafkaView(kafka);
        var listing = new List<ControlTopicListing>();
        foreach (var topic in topics)
        {
            listing.Add(
                existing.TryGetValue(topic.Name, out var partitions) ? await LookAsync(view, topic, partitions)
                : refused.TryGetValue(topic.Name, out var error) ? NotMade(topic, error, view.User)
                : new ControlTopicListing(topic.Name, topic.Partitions, Created: true, WantedOf(topic)));
        }

        return listing;
    }

    private static string WantedOf(ControlTopic topic) =>
        FormattableString.Invariant($"{topic.Partitions} partition{(topic.Partitions == 1 ? "" : "s")}") +
        string.Concat(topic.Settings.Select(setting => $", {setting.Key}={setting.Value}"));

    private static ControlTopicListing NotMade(ControlTopic topic, Error error, string user)
    {
        var remedy = error.Code switch
        {
            ErrorCode.TopicAuthorizationFailed or ErrorCode.ClusterAuthorizationFailed =>
                $"Grant {user} {KafkaRight.OnTopic(AclOperation.Create, topic.Name)} (the operator's ACLs in `e2ekafka topics print`), and run this again. Or have what that prints run by a user who may.",
            ErrorCode.TopicAlreadyExists =>
                $"It exists and {user} cannot see it: grant {KafkaRight.OnTopic(AclOperation.Describe, topic.Name)} (`e2ekafka topics print`), and run this again.",
            ErrorCode.InvalidReplicationFactor => "Give --replication-factor a number that the cluster has brokers for.",
            _ => "Repair that and run this again, or have what `e2ekafka topics print` prints run by a user who may.",
        };
        return new ControlTopicListing(topic.Name, 0, Created: false, WantedOf(topic), $"not made: {error.Reason.TrimEnd('.')}", remedy);
    }

    private async Task<Dictionary<string, Error>> CreateAsync(List<ControlTopic> topics, short replicationFactor)
    {
        if (topics.Count == 0)
            return [];

        using var admin = KafkaClients.Admin(kafka);
        try
        {
            await admin.CreateTopicsAsync(topics.Select(topic => new TopicSpecification
            {
                Name = topic.Name,
                NumPartitions = topic.Partitions,
                ReplicationFactor = replicationFactor,
                Configs = new Dictionary<string, string>(topic.Settings),
            }));
            return [];
        }
        catch (CreateTopicsException e)
        {
            return e.Results.Where(result => result.Error.IsError).ToDictionary(result => result.Topic, result => result.Error);
        }
        catch (KafkaException e)
        {
            // The whole request.
            return topics.ToDictionary(topic => topic.Name, _ => e.Error);
        }
    }

    private async Task<ControlTopicListing> LookAsync(KafkaView view, ControlTopic topic, int partitions)
    {
        // Warnings about a topic's partitions and replicas do not stop anything; settings that differ break a promise sooner or later.
        var size = await Examination.LookAsync(new ControlTopicCheck(view, topic, tools), CancellationToken.None);
        var settings = await Examination.LookAsync(new ControlTopicSettingsCheck(view, topic, tools), CancellationToken.None);
        if (settings.Result == Verdict.CouldNotLook)
            say($"Settings of {topic.Name}: {settings.Found}{(settings.Remedy is null ? "" : $" {settings.Remedy}")}");
        CheckResult? wrong = size.Result == Verdict.Failed ? size : settings.Result is Verdict.Failed or Verdict.Warning ? settings : null;
        return new ControlTopicListing(topic.Name, partitions, Created: false, WantedOf(topic), wrong?.Found, wrong?.Remedy);
    }
}

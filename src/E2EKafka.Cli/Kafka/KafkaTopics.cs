using Confluent.Kafka;

namespace E2EKafka.Cli;

/// <summary>Which topics there are.</summary>
internal static class KafkaTopics
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(7);

    /// <exception cref="CliException">A topic is missing, or no broker answers.</exception>
    public static void Require(KafkaSettings kafka, string topic)
    {
        if (!PartitionsOf(kafka).ContainsKey(topic))
            throw Missing(topic);
    }

    public static CliException Missing(string topic) =>
        new($"There is no topic '{topic}', or this user may not see it: check the name, and the right to Describe it.");

    /// <returns>How many partitions each topic has that this user can see.</returns>
    /// <exception cref="CliException">No broker answers.</exception>
    public static IReadOnlyDictionary<string, int> PartitionsOf(KafkaSettings kafka)
    {
        using var admin = KafkaClients.Admin(kafka);
        try
        {
            // All topics, and none by name: asking for a topic by name can create it.
            return admin.GetMetadata(Patience).Topics
                .Where(topic => topic.Error.Code == ErrorCode.NoError)
                .ToDictionary(topic => topic.Topic, topic => topic.Partitions.Count);
        }
        catch (KafkaException e)
        {
            throw new CliException(kafka.Cause.Explain(e.Error).ToFailure().Message, e);
        }
    }
}

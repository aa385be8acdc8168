using System.Globalization;
using Confluent.Kafka;

namespace E2EKafka.Cli;

/// <summary>What a message to a topic may have of bytes, said when one has too many.</summary>
/// <param name="topic">The topic.</param>
/// <param name="overhead">How many bytes encryption adds to each message.</param>
/// <param name="readTopicLimit">Asks Kafka for the topic's limit.</param>
internal sealed class SizeLimits(string topic, int overhead, Func<long?> readTopicLimit)
{
    /// <summary>librdkafka's default of <c>message.max.bytes</c>, which the tool leaves as it is. It counts the key, headers and Kafka's own bytes, too.</summary>
    public const int OfClient = 1_000_000;

    public static SizeLimits Of(KafkaSettings kafka, string topic, ProjectDocument project)
    {
        var requirements = project.Policy.RequirementsOf(topic);
        return new(
            topic,
            MessageHeader.MaxSize + MessageHeader.TagSize + ProofSize.Of(requirements.Authentication, requirements.ReaderGroups?.Values.Count ?? 0), // "produce" binds keys
            () => ReadTopicLimit(kafka, topic));
    }

    /// <param name="size">Of the plaintext, in bytes.</param>
    public string TooLarge(int size) => string.Create(CultureInfo.InvariantCulture,
        $"a message of {size} bytes is too large for '{topic}'. Encryption adds {overhead} bytes, which makes {(long)size + overhead}; its key, headers and Kafka's own bytes come on top. The limits are {OfClient} for this tool's Kafka client (message.max.bytes) and {LimitOfTopic()}. Send less at a time, raise the topic's limit where that is the smaller one, or store large content elsewhere and send a reference.");

    private string LimitOfTopic() => readTopicLimit() is { } limit
        ? string.Create(CultureInfo.InvariantCulture, $"{limit} for the topic (max.message.bytes)")
        : "for the topic (max.message.bytes) one that Kafka does not tell this user (for which it needs DescribeConfigs on the topic)";

    private static long? ReadTopicLimit(KafkaSettings kafka, string topic)
    {
        using var view = new KafkaView(kafka);
        try
        {
            var settings = view.ReadSettingsAsync(topic).GetAwaiter().GetResult();
            return long.TryParse(settings.GetValueOrDefault("max.message.bytes"), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
        }
        catch (KafkaException)
        {
            // What is too large is said without it.
            return null;
        }
    }
}

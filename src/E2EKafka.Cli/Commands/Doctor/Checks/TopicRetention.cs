using System.Globalization;

namespace E2EKafka.Cli;

/// <summary>How long Kafka keeps a topic's records, by its settings.</summary>
internal static class TopicRetention
{
    public const string Name = "retention.ms";

    /// <summary><see langword="null"/> is for ever, or not said.</summary>
    public static TimeSpan? Of(IReadOnlyDictionary<string, string> settings) =>
        long.TryParse(settings.GetValueOrDefault(Name), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds) &&
        milliseconds >= 0 && milliseconds < TimeSpan.MaxValue.TotalMilliseconds
            ? TimeSpan.FromMilliseconds(milliseconds)
            : null;

    public static string InWords(IReadOnlyDictionary<string, string> settings) =>
        Of(settings) is { } retention ? Duration.InWords(retention) : "ever";
}

using Confluent.Kafka;
using E2EKafka.Records;

namespace E2EKafka.Kafka;

/// <summary>
/// Reads Kafka's timestamps. A broker or a writer sets all 64 bits as it likes, and Confluent.Kafka's own conversion throws for most of
/// them.
/// </summary>
internal static class KafkaTime
{
    /// <summary>Kafka's own "no timestamp".</summary>
    private const long None = -1;

    /// <summary>Reads a timestamp.</summary>
    /// <param name="timestamp">The record's timestamp.</param>
    /// <param name="time">The time; <see langword="null"/> if the record has none, or if it is not a time.</param>
    /// <returns>Whether the record has a time or none; <see langword="false"/> if its number is not a time.</returns>
    public static bool TryRead(Timestamp timestamp, out DateTimeOffset? time)
    {
        time = null;
        var milliseconds = timestamp.UnixTimestampMs;
        if (timestamp.Type == TimestampType.NotAvailable || milliseconds == None)
            return true;
        if (milliseconds < 0 || !RecordClock.IsTime(milliseconds / 1000))
            return false;

        time = DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);
        return true;
    }

    /// <summary>The time of a record; <see langword="null"/> if it has none that can be shown.</summary>
    public static DateTimeOffset? Of(Timestamp timestamp) => TryRead(timestamp, out var time) ? time : null;
}

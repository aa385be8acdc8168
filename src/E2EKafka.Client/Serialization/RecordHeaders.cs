using Confluent.Kafka;

namespace E2EKafka.Serialization;

/// <summary>The one Kafka header that E2EKafka writes.</summary>
internal static class RecordHeaders
{
    /// <summary>The message of a tombstone, whose value is null and has no place for it.</summary>
    public const string Tombstone = "e2ekafka-tombstone";

    /// <summary>The header's last value; <see langword="null"/> without one.</summary>
    public static byte[]? FindTombstone(Headers headers) =>
        headers.Count > 0 && headers.TryGetLastBytes(Tombstone, out var value) ? value : null;
}

using System.Security.Cryptography;
using Confluent.Kafka;

namespace E2EKafka.Serialization;

/// <summary>The two Kafka headers that E2EKafka writes.</summary>
internal static class RecordHeaders
{
    /// <summary>The message of a tombstone, whose value is null.</summary>
    public const string Tombstone = "e2ekafka-tombstone";

    /// <summary>SHA-256 of the record's key, 32 bytes; zeros for a null key. The value authenticates it.</summary>
    public const string RecordKeyHash = "e2ekafka-key";

    /// <summary>Sets a header. A record that is produced again has it already.</summary>
    public static void Set(Headers headers, string name, byte[] value)
    {
        headers.Remove(name);
        headers.Add(name, value);
    }

    public static byte[]? Find(Headers headers, string name) =>
        headers.Count > 0 && headers.TryGetLastBytes(name, out var value) ? value : null;

    public static byte[] HashOf(ReadOnlySpan<byte> key, bool isNull) =>
        isNull ? new byte[MessageContext.RecordKeyHashSize] : SHA256.HashData(key);
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using E2EKafka.Policies;

namespace E2EKafka.Records;

/// <summary>The names of a project's control topics and the number of partitions of its <c>keys</c> topic.</summary>
internal sealed record ControlTopicLayout(string Prefix, int KeysPartitions)
{
    public const string DefaultPrefix = "_e2ekafka";
    public const int DefaultKeysPartitions = 8;
    private const int MaxKeysPartitions = 10_000;

    /// <summary>Project documents, credentials and refusals. Only the authority writes.</summary>
    [JsonIgnore]
    public string Authority => Prefix + ".authority";

    /// <summary>Key packages.</summary>
    [JsonIgnore]
    public string Members => Prefix + ".members";

    /// <summary>Session announcements and key grants.</summary>
    [JsonIgnore]
    public string Keys => Prefix + ".keys";

    /// <summary>Requests to the authority and for keys.</summary>
    [JsonIgnore]
    public string Requests => Prefix + ".requests";

    [JsonIgnore]
    public bool IsValid =>
        TopicPattern.IsTopicName(Prefix) && TopicPattern.IsTopicName(Authority) && KeysPartitions is > 0 and <= MaxKeysPartitions;

    /// <summary>The partition of <see cref="Keys"/> for a data topic: the first four bytes of the name's SHA-256, modulo the count.</summary>
    public int KeysPartitionOf(string topic)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(topic), hash);
        return (int)(BinaryPrimitives.ReadUInt32BigEndian(hash) % (uint)KeysPartitions);
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;
using E2EKafka.Policies;

namespace E2EKafka.Records;

/// <summary>The names of a project's control topics and the number of partitions of its <c>sessions</c> and <c>grants</c> topics.</summary>
internal sealed record ControlTopicLayout(string Prefix, int Partitions)
{
    public const string DefaultPrefix = "_e2ekafka";
    public const int DefaultPartitions = 8;
    public const int MaxPartitions = 10_000;

    /// <summary>Project documents, credentials and refusals. Only the authority writes.</summary>
    [JsonIgnore]
    public string Authority => Prefix + ".authority";

    /// <summary>Key packages.</summary>
    [JsonIgnore]
    public string Members => Prefix + ".members";

    /// <summary>Session announcements.</summary>
    [JsonIgnore]
    public string Sessions => Prefix + ".sessions";

    /// <summary>Key grants.</summary>
    [JsonIgnore]
    public string Grants => Prefix + ".grants";

    /// <summary>Requests to the authority and for keys.</summary>
    [JsonIgnore]
    public string Requests => Prefix + ".requests";

    [JsonIgnore]
    public bool IsValid =>
        TopicPattern.IsTopicName(Prefix) && TopicPattern.IsTopicName(Authority) && Partitions is > 0 and <= MaxPartitions;

    /// <summary>
    /// The partition of <see cref="Sessions"/> for a data topic, and of <see cref="Grants"/> for a recipient's identifier: the first four
    /// bytes of the SHA-256 of the text, big endian, modulo the number of partitions.
    /// </summary>
    public int PartitionOf(string topicOrIdentifier)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(topicOrIdentifier), hash);
        return (int)(BinaryPrimitives.ReadUInt32BigEndian(hash) % (uint)Partitions);
    }
}

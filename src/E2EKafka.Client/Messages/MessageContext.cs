using Confluent.Kafka;
using E2EKafka.Policies;

namespace E2EKafka;

/// <summary>Where a message stands: what it is bound to besides its session.</summary>
public readonly struct MessageContext
{
    /// <summary>Size of <see cref="RecordKeyHash"/>, in bytes.</summary>
    public const int RecordKeyHashSize = 32;

    /// <summary>Names a place.</summary>
    /// <param name="topic">The record's topic.</param>
    /// <param name="component">Whether the message is the record's key or its value. Default: the value.</param>
    /// <param name="recordKeyHash">
    /// SHA-256 of the record's key (32 bytes; zeros for a null key). To protect: the message is bound to it. To open: a message that is not
    /// bound to it is refused. Default: a message is not bound, and opens whether it is bound or not.
    /// </param>
    /// <exception cref="ArgumentException">The topic is not a topic's name, or the hash is neither empty nor 32 bytes long.</exception>
    public MessageContext(string topic, MessageComponentType component = MessageComponentType.Value, ReadOnlyMemory<byte> recordKeyHash = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(topic);
        if (!TopicPattern.IsTopicName(topic))
            throw new ArgumentException($"'{topic}' is not a topic's name.", nameof(topic));
        if (recordKeyHash.Length is not (0 or RecordKeyHashSize))
            throw new ArgumentException($"The hash of a record's key has {RecordKeyHashSize} bytes.", nameof(recordKeyHash));

        Topic = topic;
        Component = component;
        RecordKeyHash = recordKeyHash;
    }

    private MessageContext(string topic, byte[]? recordKeyHash)
    {
        Topic = topic;
        Component = MessageComponentType.Value;
        RecordKeyHash = recordKeyHash;
    }

    /// <summary>The record's topic.</summary>
    public string Topic { get; }

    /// <summary>Key or value.</summary>
    public MessageComponentType Component { get; }

    /// <summary>SHA-256 of the record's key, 32 bytes, zeros for a null key; empty if the message is not bound to it, or the key is not to be compared.</summary>
    public ReadOnlyMemory<byte> RecordKeyHash { get; }

    /// <summary>Whether the record's value is null, and the message stands in its place in a header. Default <see langword="false"/>.</summary>
    public bool IsTombstone { get; init; }

    /// <summary>The value of a record that Kafka gave: its topic has a topic's name.</summary>
    /// <param name="topic">The record's topic.</param>
    /// <param name="recordKeyHash">32 bytes, or <see langword="null"/>.</param>
    /// <param name="isTombstone">Whether the value is null.</param>
    internal static MessageContext OfReceived(string topic, byte[]? recordKeyHash, bool isTombstone) =>
        new(topic, recordKeyHash) { IsTombstone = isTombstone };
}

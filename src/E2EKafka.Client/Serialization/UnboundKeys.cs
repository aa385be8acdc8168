using System.Runtime.CompilerServices;
using Confluent.Kafka;
using E2EKafka.Messages;

namespace E2EKafka.Serialization;

/// <summary>
/// Records whose key was let through without a binding, since the topic's policy admits a plaintext or a bare null, which can have none. The
/// value's deserializer, which runs after the key's, refuses a message among them. A record is known by its headers: both get the same object.
/// </summary>
internal static class UnboundKeys
{
    private static readonly ConditionalWeakTable<Headers, object> LetThrough = [];
    private static readonly object Mark = new();

    public static bool Allows(MessageProtector protector, string topic) => protector.AllowsPlaintext(topic) || protector.AllowsBareTombstones(topic);

    public static void Add(Headers headers) => LetThrough.AddOrUpdate(headers, Mark);

    public static bool Contains(Headers headers) => LetThrough.TryGetValue(headers, out _);
}

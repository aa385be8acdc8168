using Confluent.Kafka;

namespace E2EKafka.Client.Tests.Serialization;

/// <summary>
/// One record as Confluent.Kafka makes and reads it: the key first, then the value, with the same headers. What an attacker can change
/// can be changed.
/// </summary>
internal sealed class TestRecord
{
    public string Topic { get; set; } = TestChannel.Topic;

    public Headers Headers { get; init; } = [];

    public byte[]? Key { get; set; }

    public byte[]? Value { get; set; }

    public static TestRecord Produce<TKey, TValue>(
        ISerializer<TKey> keySerializer, TKey key, ISerializer<TValue> valueSerializer, TValue value, Headers? headers = null)
    {
        var record = new TestRecord { Headers = headers ?? [] };
        record.Key = keySerializer.Serialize(key, record.Context(MessageComponentType.Key));
        record.Value = valueSerializer.Serialize(value, record.Context(MessageComponentType.Value));
        return record;
    }

    public static TestRecord Produce<TValue>(ISerializer<TValue> valueSerializer, TValue value, Headers? headers = null) =>
        Produce(Serializers.Utf8, "customer 7", valueSerializer, value, headers);

    public (TKey Key, TValue Value) Consume<TKey, TValue>(IDeserializer<TKey> keyDeserializer, IDeserializer<TValue> valueDeserializer) => (
        keyDeserializer.Deserialize(Key, Key is null, Context(MessageComponentType.Key)),
        Consume(valueDeserializer));

    public TValue Consume<TValue>(IDeserializer<TValue> valueDeserializer) =>
        valueDeserializer.Deserialize(Value, Value is null, Context(MessageComponentType.Value));

    private SerializationContext Context(MessageComponentType component) => new(component, Topic, Headers);
}

using System.Reflection;
using System.Text;
using Confluent.Kafka;

namespace E2EKafka.Client.Tests.Serialization;

/// <content>Records, consumers and deserializers of these tests.</content>
public partial class ConsumeDecryptedBatchTests
{
    private static long[] Stored<TKey, TValue>(IConsumer<TKey, TValue> consumer)
    {
        try
        {
            consumer.Commit();
        }
        catch (KafkaException e) when (e.Error.Code == ErrorCode.Local_NoOffset)
        {
            // Nothing new was stored.
        }

        return [.. consumer.Committed(consumer.Assignment.OrderBy(partition => partition.Partition.Value), Patience).Where(place => !place.Offset.IsSpecial).Select(place => place.Offset.Value)];
    }

    private static List<string?> ReadBatches(IConsumer<string, string?> consumer, int count, int? max = null)
    {
        List<string?> read = [];
        while (read.Count < count)
            read.AddRange(consumer.ConsumeDecryptedBatch(max ?? count - read.Count, Patience).Select(record => record.Message.Value));
        return read;
    }

    /// <summary>Reads from the beginning of partition 0 until all records have come in one batch: how many do is a matter of when they arrive.</summary>
    private List<string?> WholeBatch(IConsumer<string, string?> consumer, int count)
    {
        while (true)
        {
            _calls.Clear();
            var batch = consumer.ConsumeDecryptedBatch(count, Patience);
            if (batch.Count == count)
                return [.. batch.Select(record => record.Message.Value)];
            foreach (var partition in consumer.Assignment)
                consumer.Seek(new TopicPartitionOffset(partition, 0));
        }
    }

    private byte[] Sealed(string value) => _channel.Protector.Protect(Encoding.UTF8.GetBytes(value), new MessageContext(Topic));

    private byte[] Late(string value) => _sendingLate.TrySeal(Encoding.UTF8.GetBytes(value), new MessageContext(Topic), _channel.Clock.GetUtcNow().UtcTicks)!;

    private byte[] Forged(string value)
    {
        var message = Sealed(value);
        message[^1] ^= 1;
        return message;
    }

    private void Send(int partition, params byte[][] values)
    {
        using var producer = new ProducerBuilder<string, byte[]>(new ProducerConfig { BootstrapServers = _cluster.BootstrapServers, LingerMs = 20 }).Build();
        foreach (var value in values)
            producer.Produce(new TopicPartition(Topic, partition), new Message<string, byte[]> { Key = "key", Value = value });
        producer.Flush(Patience);
    }

    private Spy Inner() => new(_calls);

    private DecryptingDeserializer<string?> Decrypting() => new(Inner(), _channel.Protector);

    private IConsumer<string, T> NewConsumer<T>(IDeserializer<T> values, params int[] partitions) => NewConsumer(new KeySpy(_calls), values, partitions);

    private IConsumer<TKey, T> NewConsumer<TKey, T>(IDeserializer<TKey> keys, IDeserializer<T> values, params int[] partitions)
    {
        var consumer = new ConsumerBuilder<TKey, T>(new ConsumerConfig
        {
            BootstrapServers = _cluster.BootstrapServers,
            GroupId = "readers",
            EnableAutoOffsetStore = false,
            EnableAutoCommit = false,
            FetchWaitMaxMs = 10,
        }).SetKeyDeserializer(keys).SetValueDeserializer(values).Build();
        consumer.Assign(partitions.Select(partition => new TopicPartitionOffset(Topic, partition, 0)));
        return consumer;
    }

    /// <summary>Reads text, remembers it, and fails for one text with what passes by itself.</summary>
    private sealed class Spy(List<string> calls) : IDeserializer<string?>
    {
        public string? Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
        {
            var value = isNull ? null : Encoding.UTF8.GetString(data);
            if (value == "unavailable")
                throw new TimeoutException();

            calls.Add(value ?? "null");
            return value;
        }
    }

    private sealed class KeySpy(List<string> calls) : IDeserializer<string>
    {
        public string Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
        {
            calls.Add("k");
            return Encoding.UTF8.GetString(data);
        }
    }

    /// <summary>Does something else while its consumer consumes, as a handler may.</summary>
    private sealed class NestedKeys(Action handle) : IDeserializer<string>
    {
        public string Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context)
        {
            var key = Encoding.UTF8.GetString(data);
            handle();
            return key;
        }
    }

    /// <summary>An application's deserializer around ours, which can read no missing value.</summary>
    private sealed class Loud(IDeserializer<string?> inner) : IDeserializer<string?>
    {
        public string? Deserialize(ReadOnlySpan<byte> data, bool isNull, SerializationContext context) =>
            inner.Deserialize(data, isNull, context)!.ToUpperInvariant();
    }

    /// <summary>A consumer that has but one partition when it is asked, as after a rebalance in the midst of a batch.</summary>
    public class ShrinkingConsumer : DispatchProxy
    {
        private object _inner = null!;
        private TopicPartition _left = null!;

        public int Consumed { get; set; }

        internal static IConsumer<string, string?> Over(IConsumer<string, string?> inner, TopicPartition left)
        {
            var proxy = Create<IConsumer<string, string?>, ShrinkingConsumer>();
            var shrinking = (ShrinkingConsumer)(object)proxy;
            (shrinking._inner, shrinking._left) = (inner, left);
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name == "get_Assignment")
                return new List<TopicPartition> { _left };

            var result = targetMethod.Invoke(_inner, BindingFlags.DoNotWrapExceptions, null, args, null);
            if (targetMethod.Name == nameof(IConsumer<,>.Consume) && result is not null)
                Consumed++;
            return result;
        }
    }

    /// <summary>A consumer whose partition is given to it again after two records, as by a rebalance in the midst of a batch. It waits for each record.</summary>
    public class ReturningConsumer : DispatchProxy
    {
        private IConsumer<string, string?> _inner = null!;
        private TopicPartitionOffset _start = null!;
        private int _consumed;

        internal static IConsumer<string, string?> Over(IConsumer<string, string?> inner, TopicPartitionOffset start)
        {
            var proxy = Create<IConsumer<string, string?>, ReturningConsumer>();
            var returning = (ReturningConsumer)(object)proxy;
            (returning._inner, returning._start) = (inner, start);
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            if (targetMethod!.Name != nameof(IConsumer<,>.Consume))
                return targetMethod.Invoke(_inner, BindingFlags.DoNotWrapExceptions, null, args, null);

            if (_consumed++ == 2)
                _inner.Assign(_start);
            return _inner.Consume(Patience);
        }
    }
}

using Confluent.Kafka;

namespace E2EKafka.Serialization;

/// <summary>A record of a batch, which may not be opened yet.</summary>
/// <param name="Result">The record; <see langword="null"/> if Consume has thrown.</param>
/// <param name="Deferred">Its value, if that is to be opened.</param>
/// <param name="Failure">Why it is refused, if that is known.</param>
/// <param name="Exception">What Consume has thrown.</param>
/// <typeparam name="TKey">The record key's type.</typeparam>
/// <typeparam name="TValue">The record value's type.</typeparam>
internal sealed record ConsumedRecord<TKey, TValue>(
    ConsumeResult<TKey, TValue>? Result, DeferredValue? Deferred = null, OpenFailure? Failure = null, ConsumeException? Exception = null)
{
    public TopicPartitionOffset Place => Result?.TopicPartitionOffset ?? Exception!.ConsumerRecord.TopicPartitionOffset;
}

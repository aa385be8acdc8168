using Confluent.Kafka;

namespace E2EKafka.Cli;

/// <summary>
/// Where a consumer begins, said at once: the end of a partition is where it is now, not where it will be when the first fetch is
/// answered. Once this is told, no later message is missed.
/// </summary>
internal sealed class StartingPositions(string topic, bool fromBeginning, Action<string> say)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HashSet<TopicPartition> _begun = [];

    public IEnumerable<TopicPartitionOffset> Of(IConsumer<byte[]?, ReceivedValue> consumer, List<TopicPartition> partitions)
    {
        var committed = consumer.Committed(partitions, Patience).ToDictionary(position => position.TopicPartition, position => position.Offset);
        var positions = partitions.ConvertAll(partition => new TopicPartitionOffset(
            partition,
            fromBeginning && !_begun.Contains(partition) ? Offset.Beginning
            : committed.TryGetValue(partition, out var offset) && offset != Offset.Unset ? offset
            : consumer.QueryWatermarkOffsets(partition, Patience).High));
        var known = _begun.Count;
        _begun.UnionWith(partitions);
        if (_begun.Count > known)
            say($"Reading {topic} ({(partitions.Count == 1 ? "1 partition" : $"{partitions.Count} partitions")}). Ctrl-C ends it.");
        return positions;
    }
}

using System.Collections.Concurrent;

namespace E2EKafka.Diagnostics;

/// <summary>The traffic of one direction, by topic and what proves it. Sessions come and go; what they carried stays counted. Safe for many threads.</summary>
internal sealed class TrafficCounts
{
    private readonly ConcurrentDictionary<(string Topic, MessageAuthentication Authentication), TrafficCount> _counts = new();
    private int _topics;

    /// <summary>What counts a topic's messages: the same object for as long as the member lives.</summary>
    public TrafficCount Of(string topic, MessageAuthentication authentication)
    {
        if (_counts.TryGetValue((topic, authentication), out var count))
            return count;

        var name = Volatile.Read(ref _topics) < BoundedCounts<string>.MaxKeys ? topic : EndToEndKafkaTelemetry.OtherValue;
        if (_counts.TryGetValue((name, authentication), out count))
            return count;

        if (_counts.TryAdd((name, authentication), new TrafficCount(name, authentication)))
            Interlocked.Increment(ref _topics);
        return _counts[(name, authentication)];
    }

    public IEnumerable<TrafficCount> All => _counts.Values;
}

using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace E2EKafka.Diagnostics;

/// <summary>How many messages were refused, where, whose and why. As many counts as the project has producers and this process topics. Safe for many threads.</summary>
internal sealed class RefusalCounts
{
    private readonly ConcurrentDictionary<(string Topic, string Producer, FailureReason Reason), StrongBox<long>> _counts = new();

    /// <summary>Counts a message, unless it was only early.</summary>
    public void Add(string topic, OpenFailure failure)
    {
        if (failure.Kind != FailureKind.Transient)
            Interlocked.Increment(ref _counts.GetOrAdd((topic, failure.Producer, failure.Reason), static _ => new StrongBox<long>()).Value);
    }

    public IReadOnlyList<RefusedMessages> ToList() =>
    [
        .. _counts
            .Select(pair => new RefusedMessages(pair.Key.Topic, pair.Key.Producer, pair.Key.Reason, Interlocked.Read(ref pair.Value.Value)))
            .OrderBy(refused => refused.Topic, StringComparer.Ordinal)
            .ThenBy(refused => refused.Producer, StringComparer.Ordinal)
            .ThenBy(refused => refused.Reason)
    ];
}

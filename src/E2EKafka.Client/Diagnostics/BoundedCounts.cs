using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace E2EKafka.Diagnostics;

/// <summary>
/// Counts by keys that may hold names from outside. Once there are many, what is new is counted under a key without names: neither this memory
/// nor the number of time series is another's to choose. Counts never go back. Safe for many threads.
/// </summary>
/// <param name="withoutNames">A key without its names. It leaves few different ones.</param>
internal sealed class BoundedCounts<TKey>(Func<TKey, TKey> withoutNames)
    where TKey : notnull
{
    /// <summary>How many keys are counted by name.</summary>
    public const int MaxKeys = 1_000;

    private readonly ConcurrentDictionary<TKey, StrongBox<long>> _counts = new();
    private int _keys;

    /// <summary>Counts one.</summary>
    /// <returns>The key that it is counted under, and how many are by now.</returns>
    public (TKey Key, long Count) Add(TKey key)
    {
        if (!_counts.TryGetValue(key, out var count))
        {
            if (Volatile.Read(ref _keys) >= MaxKeys)
                key = withoutNames(key);
            if (_counts.TryAdd(key, new StrongBox<long>()))
                Interlocked.Increment(ref _keys);
            count = _counts[key];
        }

        return (key, Interlocked.Increment(ref count.Value));
    }

    public IReadOnlyList<(TKey Key, long Count)> ToList() => [.. _counts.Select(static pair => (pair.Key, Interlocked.Read(ref pair.Value.Value)))];
}

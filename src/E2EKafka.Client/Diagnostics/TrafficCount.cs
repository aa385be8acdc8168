using E2EKafka.Messages;

namespace E2EKafka.Diagnostics;

/// <summary>
/// How many messages of one topic were protected or opened, and the bytes of their plaintexts. Each thread counts in a cache line of its own, so
/// that threads do not wait for each other's memory. Takes no lock and allocates nothing.
/// </summary>
/// <param name="topic">The topic.</param>
/// <param name="authentication">What proves where the messages come from.</param>
internal sealed class TrafficCount(string topic, MessageAuthentication authentication)
{
    /// <summary>In numbers: 64 bytes.</summary>
    private const int CacheLine = 8;

    // A line before the first: the array's length, which all threads read, is there.
    private readonly long[] _counts = new long[(ContextPool.Size + 1) * CacheLine];

    public string Topic { get; } = topic;

    public MessageAuthentication Authentication { get; } = authentication;

    public long Messages => Sum(0);

    /// <summary>Of their plaintexts.</summary>
    public long Bytes => Sum(1);

    public void Add(int bytes)
    {
        var line = ((Environment.CurrentManagedThreadId & (ContextPool.Size - 1)) + 1) * CacheLine;
        Interlocked.Increment(ref _counts[line]);
        Interlocked.Add(ref _counts[line + 1], bytes);
    }

    private long Sum(int place)
    {
        var sum = 0L;
        for (var line = CacheLine; line < _counts.Length; line += CacheLine)
            sum += Interlocked.Read(ref _counts[line + place]);
        return sum;
    }
}

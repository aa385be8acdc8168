namespace E2EKafka.Messages;

/// <summary>
/// How much a session has encrypted. All threads that encrypt with it count here, and each writes to the memory that the others wrote to: so
/// the counts stand together, and apart from everything that is only read.
/// </summary>
internal sealed class SessionUsage
{
    /// <summary>Two cache lines: processors fetch them in pairs.</summary>
    private const int Distance = 128 / sizeof(long);

    private readonly long[] _counts = new long[Distance + 2 + Distance];

    /// <summary>For <see cref="Interlocked"/> alone.</summary>
    public ref long Messages => ref _counts[Distance];

    /// <summary>Of their plaintexts. For <see cref="Interlocked"/> alone.</summary>
    public ref long Bytes => ref _counts[Distance + 1];
}

namespace E2EKafka.Tests;

/// <summary>A clock that is ahead of, or behind, the system's.</summary>
internal sealed class OffsetTimeProvider(TimeSpan offset) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + offset;
}

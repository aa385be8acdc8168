namespace E2EKafka.Simulation;

/// <summary>A member's clock: the world's, and a little wrong.</summary>
internal sealed class SkewedClock(TimeProvider world, TimeSpan skew) : TimeProvider
{
    public override long TimestampFrequency => world.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => world.GetUtcNow() + skew;

    public override long GetTimestamp() => world.GetTimestamp();
}

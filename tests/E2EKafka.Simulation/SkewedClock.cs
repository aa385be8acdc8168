namespace E2EKafka.Simulation;

/// <summary>A member's clock: the world's, a little wrong or, after an accident, very. Its monotonic clock is right.</summary>
internal sealed class SkewedClock(TimeProvider world, TimeSpan skew) : TimeProvider
{
    /// <summary>How far it is ahead.</summary>
    public TimeSpan Skew { get; set; } = skew;

    public override long TimestampFrequency => world.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => world.GetUtcNow() + Skew;

    public override long GetTimestamp() => world.GetTimestamp();
}

namespace E2EKafka.Client.Tests;

/// <summary>A clock that a millisecond passes on with every look at it.</summary>
internal sealed class RunningClock(DateTimeOffset start) : TimeProvider
{
    private TimeSpan _passed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => start + (_passed += TimeSpan.FromMilliseconds(1));

    public override long GetTimestamp() => _passed.Ticks;
}

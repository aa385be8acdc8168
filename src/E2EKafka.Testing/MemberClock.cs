namespace E2EKafka;

/// <summary>A member's own clock: the project's, until a fault puts it ahead.</summary>
internal sealed class MemberClock(TimeProvider project) : TimeProvider
{
    private long _ahead;

    /// <summary>How far it is ahead of the project's. Both the wall clock and the monotonic one are: so much time has passed for this member.</summary>
    public TimeSpan Ahead
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _ahead));
        set => Volatile.Write(ref _ahead, value.Ticks);
    }

    public override TimeZoneInfo LocalTimeZone => project.LocalTimeZone;

    public override long TimestampFrequency => project.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => project.GetUtcNow() + Ahead;

    public override long GetTimestamp() => project.GetTimestamp() + (long)(Ahead.TotalSeconds * TimestampFrequency);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        project.CreateTimer(callback, state, dueTime, period);
}

namespace E2EKafka.Tests;

/// <summary>A clock that stands still until it is advanced. Timers fire on the thread that advances it, in the order they are due.</summary>
internal sealed class ManualTimeProvider(DateTimeOffset start) : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<Timer> _timers = [];
    private DateTimeOffset _now = start;
    private long _timestamp;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
            return _now;
    }

    public override long GetTimestamp()
    {
        lock (_lock)
            return _timestamp;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass, and everything that falls due in it happen.</summary>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        long end;
        lock (_lock)
            end = _timestamp + by.Ticks;

        while (StepTo(end) is { } due)
            due.Fire();
    }

    /// <summary>Sets the wall clock, forwards or back, as an administrator or NTP does. The monotonic clock and the timers do not notice.</summary>
    public void SetWallClock(DateTimeOffset now)
    {
        lock (_lock)
            _now = now;
    }

    /// <summary>Moves to the next timer that is due by <paramref name="end"/> and returns it, or moves to the end.</summary>
    private Timer? StepTo(long end)
    {
        lock (_lock)
        {
            var next = _timers.Where(timer => timer.Due <= end).MinBy(timer => timer.Due);
            var to = Math.Max(next?.Due ?? end, _timestamp);
            _now += TimeSpan.FromTicks(to - _timestamp);
            _timestamp = to;
            next?.Reschedule(to);
            return next;
        }
    }

    private sealed class Timer(ManualTimeProvider clock, Action callback) : ITimer
    {
        private TimeSpan _period = Timeout.InfiniteTimeSpan;

        public long Due { get; private set; }

        public void Fire() => callback();

        /// <summary>Under the clock's lock.</summary>
        public void Reschedule(long now)
        {
            if (_period > TimeSpan.Zero)
                Due = now + _period.Ticks;
            else
                clock._timers.Remove(this);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (clock._lock)
            {
                clock._timers.Remove(this);
                _period = period;
                if (dueTime < TimeSpan.Zero)
                    return true;

                Due = clock._timestamp + dueTime.Ticks;
                clock._timers.Add(this);
                return true;
            }
        }

        public void Dispose()
        {
            lock (clock._lock)
                clock._timers.Remove(this);
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}

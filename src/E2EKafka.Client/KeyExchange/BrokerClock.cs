using System.Globalization;
using E2EKafka.Diagnostics;
using E2EKafka.Messages;
using E2EKafka.Records;
using Microsoft.Extensions.Logging;

namespace E2EKafka.KeyExchange;

/// <summary>
/// Compares this machine's clock with the broker's, which the acknowledgements of records give (rules T2 and T3 of docs/protocol.md). Until
/// they agree, and while they do not, this process signs nothing. For one thread.
/// </summary>
/// <remarks>
/// In a development project no broker's time is asked for: our clock counts as right, and no time counts as past.
/// </remarks>
internal sealed class BrokerClock
{
    /// <summary>How far the two clocks may be apart.</summary>
    public static readonly TimeSpan MaxDifference = RecordClock.Skew;

    /// <summary>By how much the wall clock may move against the monotonic one: more than a clock that is being adjusted, less than any pause worth a thought.</summary>
    private static readonly TimeSpan MaxDrift = TimeSpan.FromSeconds(10);

    /// <summary>How old an acknowledgement may be before another is asked for.</summary>
    private static readonly TimeSpan CheckInterval = TimeSpan.FromMinutes(10);

    /// <summary>How often an acknowledgement is asked for while the clocks do not agree, or something waits for it.</summary>
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(15);

    /// <summary>After how long without an acknowledgement the broker's silence is reported.</summary>
    private static readonly TimeSpan MaxSilence = TimeSpan.FromMinutes(30);

    private readonly TimeProvider _time;
    private readonly SteadyClock _steady;
    private readonly bool _isDevelopment;
    private readonly ILogger _log;
    private Reading _last;
    private Reading? _base;
    private TimeSpan? _checkedAt;
    private TimeSpan? _probedAt;
    private TimeSpan _confirmedAt;
    private TimeSpan? _difference;
    private bool _isAwaited;
    private bool _isUnstamped;

    /// <param name="time">This machine's clocks.</param>
    /// <param name="steady">For pauses.</param>
    /// <param name="isDevelopment">Whether the project is for development.</param>
    /// <param name="log">The log.</param>
    public BrokerClock(TimeProvider time, SteadyClock steady, bool isDevelopment, ILogger log)
    {
        (_time, _steady, _isDevelopment, _log) = (time, steady, isDevelopment, log);
        _last = Read();
    }

    /// <summary>The broker's time in the newest acknowledgement that our clock agreed with; <see langword="null"/> if there was none.</summary>
    public DateTimeOffset? Confirmed { get; private set; }

    /// <summary>The broker's time now, as far as it is known: it does not move when our wall clock is set. In a development project, our own.</summary>
    public DateTimeOffset BrokerNow =>
        _isDevelopment ? _time.GetUtcNow() : Confirmed is { } confirmed ? confirmed + (_steady.Elapsed - _confirmedAt) : DateTimeOffset.MinValue;

    /// <summary>When this object was made, by the broker's time if that is known.</summary>
    public DateTimeOffset StartedAt => Confirmed - _confirmedAt ?? _steady.Now - _steady.Elapsed;

    /// <summary>What an earlier process of this member cannot have signed after: its clock was at most that far ahead of the broker's.</summary>
    public DateTimeOffset LatestStart => _isDevelopment ? StartedAt : StartedAt + MaxDifference;

    /// <summary>Why nothing may be signed now; <see langword="null"/> while the clocks agree.</summary>
    public MemberFailure? Failure => _isDevelopment ? null : _difference is { } difference
        ? new MemberFailure(FailureReason.ClockDisagrees,
            $"This machine's clock is {difference.Duration().ToString(@"d\.hh\:mm\:ss", CultureInfo.InvariantCulture)} {(difference > TimeSpan.Zero ? "ahead of" : "behind")} the broker's. Correct the one that is wrong (NTP). Until they agree to within {MaxDifference.TotalMinutes:0} min, nothing is sent and no key is destroyed.")
        : _checkedAt is not null ? null : _isUnstamped ? NotStamped : NotConfirmed;

    /// <summary>That the broker has not confirmed our clock for long, so that nothing is destroyed; <see langword="null"/> otherwise.</summary>
    public string? Warning => !_isDevelopment && _checkedAt is { } checkedAt && _steady.Elapsed - checkedAt > MaxSilence
        ? $"The broker has acknowledged no record of this member for {(_steady.Elapsed - checkedAt).TotalMinutes:0} min, so keys that are past their end are not destroyed. Check this client's right to write to the control topics."
        : null;

    private static MemberFailure NotConfirmed { get; } = new(FailureReason.NotReady,
        "The broker has not confirmed this machine's clock yet: it acknowledges this member's first record with its own time. If that lasts, check this client's right to write to the control topics.");

    private static MemberFailure NotStamped { get; } = new(FailureReason.ControlTopicMisconfigured,
        "The broker acknowledges records of the control topics without its own time. Set message.timestamp.type=LogAppendTime on all of them. An embedded cluster cannot: there, use a project that was made for development.");

    /// <summary>Whether a time is past by both clocks. If our own says so alone, an acknowledgement is asked for.</summary>
    public bool IsPast(DateTimeOffset end)
    {
        if (_isDevelopment)
            return false;

        // What was confirmed before our clock was set, both clocks may have been wrong about.
        var isPast = _checkedAt is not null && Confirmed >= end;
        _isAwaited |= !isPast && _last.Wall >= end;
        return isPast;
    }

    /// <summary>Looks at this machine's clocks. To be called about every second.</summary>
    /// <returns>How far the wall clock and the monotonic one went since the last time, if they have parted.</returns>
    public (TimeSpan Wall, TimeSpan Monotonic)? Look()
    {
        var before = _last;
        _last = Read();
        if (!_last.HasParted(before))
        {
            // Little by little, as a clock that stands still.
            if (_base is not { } confirmed || !_last.HasParted(confirmed))
                return null;
            before = confirmed;
        }

        // It was set, or this machine slept. What was confirmed of it says nothing any more.
        (_base, _checkedAt, _difference, _probedAt) = (null, null, null, null);
        return (_last.Wall - before.Wall, _last.Monotonic - before.Monotonic);
    }

    /// <summary>Whether a record is to be written now, for the sake of its acknowledgement.</summary>
    public bool IsProbeDue =>
        !_isDevelopment &&
        (_probedAt is not { } probed || _steady.Elapsed - probed >= ProbeInterval) &&
        (_difference is not null || _isAwaited || _checkedAt is not { } checkedAt || _steady.Elapsed - checkedAt >= CheckInterval);

    /// <summary>A record is written now.</summary>
    /// <returns>What <see cref="Acknowledged"/> needs.</returns>
    public Reading Sent()
    {
        _probedAt = _steady.Elapsed;
        return Read();
    }

    /// <summary>Takes an acknowledgement. One that was long on its way, or came while our clock was set, says nothing of it.</summary>
    /// <param name="sent">Our clocks when the record was sent.</param>
    /// <param name="acknowledgement">What the broker said.</param>
    public void Acknowledged(Reading sent, Acknowledgement acknowledgement)
    {
        var now = Read();
        if (_isDevelopment || !acknowledgement.IsDurable)
            return;

        _isUnstamped = acknowledgement.Last is null;
        if (acknowledgement.Last is not { } written || now.HasParted(sent))
            return;

        // It was written after it was sent, and before now.
        var difference =
            sent.Wall - written > MaxDifference ? sent.Wall - written
            : written - now.Wall > MaxDifference ? now.Wall - written
            : (TimeSpan?)null;

        // It took so long that they may be further apart. Another record will tell.
        if (difference is null && (now.Wall - written > MaxDifference || written - sent.Wall > MaxDifference))
            return;

        if (difference is { } disagreement && _difference is null)
            _log.ClockDisagrees(disagreement);
        else if (difference is null && _difference is not null)
            _log.ClockAgrees();
        (_difference, _checkedAt) = (difference, difference is null ? now.Monotonic : null);
        if (difference is not null)
            return;

        // Also where it is earlier than the one before: then both clocks were wrong together.
        (Confirmed, _confirmedAt, _base) = (written, now.Monotonic, now);
        _isAwaited = false;
    }

    private Reading Read() => new(_time.GetUtcNow(), _steady.Elapsed);

    /// <summary>Our two clocks at one moment.</summary>
    public readonly record struct Reading(DateTimeOffset Wall, TimeSpan Monotonic)
    {
        /// <summary>Whether the wall clock was set since, or the machine slept.</summary>
        public bool HasParted(Reading before) => (Wall - before.Wall - (Monotonic - before.Monotonic)).Duration() > MaxDrift;
    }
}

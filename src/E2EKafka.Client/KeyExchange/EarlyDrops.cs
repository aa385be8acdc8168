namespace E2EKafka.KeyExchange;

/// <summary>
/// Sets pauses between the sessions of a topic that are dropped soon after they began, one after the other. An insider who has them dropped, or
/// a clock that is set over and over, slows this producer down, no more.
/// </summary>
internal sealed class EarlyDrops(Member member, TimeSpan maxPause)
{
    /// <summary>How many sessions in a row may be dropped soon after they began before there are pauses.</summary>
    private const int MaxWithoutPause = 3;

    private readonly RetrySchedule _pauses = new(member.Steady, member.Lifetimes, maxPause);
    private int _drops;

    /// <summary>Whether the next session must wait.</summary>
    public bool IsPausing => !_pauses.IsDue;

    /// <summary>A session is in use. When it has lived long enough, the pauses are over.</summary>
    public void Lives(OwnSession session)
    {
        if (IsEarly(session))
            return;

        _drops = 0;
        _pauses.Reset();
    }

    /// <summary>A session was dropped before its end.</summary>
    public void Dropped(OwnSession session)
    {
        if (IsEarly(session) && ++_drops > MaxWithoutPause)
            _pauses.Attempt();
    }

    private bool IsEarly(OwnSession session) => member.Now < session.Known.Statement.Begins + member.Lifetimes.MinSessionAge;
}

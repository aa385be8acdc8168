using E2EKafka.KeyExchange;

namespace E2EKafka.Authority;

/// <summary>
/// Publishes again what is current: at each start, daily and weekly, and where Kafka has lost it. A new member needs all of it from the head of
/// the topic. For the authority's thread.
/// </summary>
internal sealed class AuthorityRepublication(ProjectAuthority authority, AuthorityOutbox outbox, TimeProvider time, SteadyClock steady)
{
    /// <summary>How often the current document and its records of removals are published again, so that retention never leaves a newcomer without them.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    /// <summary>How often every member's newest credential is published again: within half of what the topic retains.</summary>
    private static readonly TimeSpan CredentialsInterval = TimeSpan.FromDays(7);

    /// <summary>How often everything is published again because the head of the topic was cut off, at once and in an hour.</summary>
    private const int MaxCuts = 3;

    private readonly TokenBucket _cuts = new(steady, MaxCuts, perHour: MaxCuts);
    private DateTimeOffset _publishedAt = DateTimeOffset.MinValue;
    private DateTimeOffset _credentialsPublishedAt = DateTimeOffset.MinValue;
    private bool _isLost;
    private long _readTo;
    private long _credentialsFrom;

    /// <summary>Whether what is current is durable on Kafka since this process started.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The topic was read to an offset: what is published from now on stands behind it.</summary>
    public void ReadTo(long offset) => _readTo = offset;

    /// <summary>Kafka says where the topic starts.</summary>
    public void LogStartFound(long offset)
    {
        // A broker may say so all the time. It says it again within a minute.
        if (offset <= _credentialsFrom || _isLost || !_cuts.TryTake())
            return;

        _isLost = true;
        _readTo = Math.Max(_readTo, offset);
    }

    /// <summary>The topic was created again.</summary>
    public void Recreated() => _isLost = true;

    /// <summary>Publishes what is due.</summary>
    /// <returns>Whether anything was.</returns>
    public bool Advance()
    {
        // One set at a time: Kafka may not have taken the last one yet.
        if (_isLost && outbox.IsEmpty)
            (_publishedAt, _credentialsPublishedAt, _isLost) = (DateTimeOffset.MinValue, DateTimeOffset.MinValue, false);

        // By the wall clock: Kafka's retention goes on while this machine sleeps.
        var now = time.GetUtcNow();
        if ((now - _publishedAt).Duration() < Interval)
            return false;

        // At each start, too: the topic may have been created again.
        _publishedAt = now;
        var withCredentials = (_publishedAt - _credentialsPublishedAt).Duration() >= CredentialsInterval;
        if (withCredentials)
            (_credentialsPublishedAt, _credentialsFrom) = (_publishedAt, _readTo);
        outbox.Publish(authority.RecordsToPublish(withCredentials), () => IsDone = true);
        return true;
    }
}

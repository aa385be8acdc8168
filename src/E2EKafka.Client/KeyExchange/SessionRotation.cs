using E2EKafka.Diagnostics;
using E2EKafka.Messages;
using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>
/// Gives one topic its sessions: the first, successors ahead of time, and another at once when a reader has lost its right.
/// A session is used only when its announcement and grants are durable, the authority's topic was read to an end behind them, and
/// more than this process's memory can open it.
/// <code>
/// none ── due ──▶ announcing ── announced, granted, looked ──▶ current ── due again ──▶ announcing ──▶ current with successor
///   ▲                 │ lost, late, no longer allowed              │ ended, used up: the successor takes its place, or none
///   └─────────────────┴────────────────────────────────────────────┘ a reader lost its right, or policy changed: none
/// </code>
/// </summary>
internal sealed class SessionRotation : IDisposable
{
    /// <summary>Producers wait for this: an outage that is over is not to be felt for long.</summary>
    private static readonly TimeSpan MaxRetryDelay = TimeSpan.FromSeconds(15);

    private readonly Member _member;
    private readonly SessionStore _store;
    private readonly KeyGranter _granter;
    private readonly ControlInbox _inbox;
    private readonly RetrySchedule _schedule;
    private readonly EarlyDrops _earlyDrops;
    private readonly LastingReaders _readers;
    private readonly RotationReport _report;
    private OwnSession? _current;
    private OwnSession? _next;
    private OwnSession? _announcing;
    private MemberFailure? _failure;
    private bool _replace;

    public SessionRotation(Member member, SessionStore store, KeyGranter granter, ControlInbox inbox, string topic)
    {
        _member = member;
        _store = store;
        _granter = granter;
        _inbox = inbox;
        _schedule = new RetrySchedule(member.Steady, member.Lifetimes, MaxRetryDelay);
        _earlyDrops = new EarlyDrops(member, MaxRetryDelay);
        _readers = new LastingReaders(member, store, granter, topic);
        _report = new RotationReport(member, topic);
        Topic = topic;
        View = new SendingTopic(null, null, _failure);
    }

    public string Topic { get; }

    /// <summary>What the key ring shows.</summary>
    public SendingTopic View { get; private set; }

    /// <summary>What the topic has, for a status.</summary>
    public SendingStatus Status => OwnSession.StatusOf(_member, _granter, Topic, _current, _next, _failure);

    /// <param name="blocked">Why this member may not send anything, if it may not.</param>
    public void Advance(MemberFailure? blocked)
    {
        var now = _member.Now;
        DropWhatIsNoLongerAllowed(blocked);
        DropWhatIsDestroyed();
        if (_current is not null && (now >= _current.Known.Statement.Ends || _current.Outbound.IsExhausted))
        {
            Drop(ref _current);
            (_current, _next) = (_next, null);
        }

        // Neither acknowledged nor reported lost, or its look is not answered.
        if (_announcing is not null && now > _announcing.Known.Statement.Begins + RecordClock.MaxDelay)
            Abandon(_announcing);
        if (_current is not null)
            _earlyDrops.Lives(_current);

        if (IsSessionDue(now))
        {
            _failure = blocked ?? OwnRight(now) ?? _store.WhyNoMore(Topic);
            if (_failure is null && _schedule.IsDue && !_earlyDrops.IsPausing)
                Announce(now);
        }

        View = new SendingTopic(_current?.Outbound, _next?.Outbound, _failure);
    }

    /// <summary>Drops sessions that this member may no longer use.</summary>
    /// <param name="blocked">Why this member may not send anything, if it may not.</param>
    public void DropWhatIsNoLongerAllowed(MemberFailure? blocked)
    {
        // A credential that has merely ended has ended its sessions with it; every other reason not to send ends them now.
        DropAllIf(blocked is { Reason: not (FailureReason.CredentialExpired or FailureReason.NotReady or FailureReason.ClockDisagrees) } || OwnRight(_member.Now) is not null || _store.WhyNotKept(Topic) is not null);
    }

    /// <summary>Drops all sessions because a member has lost the right to read the topic: the next message has another.</summary>
    public void Lose()
    {
        DropAllIf(always: true);
        View = new SendingTopic(null, null, _failure);
    }

    /// <summary>Drops all sessions, as after a process's memory was copied.</summary>
    public void Discard()
    {
        if (_current is not null)
            _earlyDrops.Dropped(_current);
        _report.Lost(RotationReason.Discarded);
        Drop(ref _current);
        Drop(ref _next);
        Drop(ref _announcing);
        View = new SendingTopic(null, null, _failure);
    }

    public void Dispose() => Discard();

    private bool IsSessionDue(DateTimeOffset now)
    {
        if (_announcing is not null)
            return false;
        if (_current is null)
            return true;

        _replace = _replace || (now >= _current.Known.Statement.Begins + _member.Lifetimes.MinSessionAge && HasNewcomerWithoutHistory(now));
        return _replace ||
            (_next is null && (now >= _current.Known.Statement.Ends - _member.Lifetimes.SuccessorLead || _current.Outbound.IsNearLimit));
    }

    private TopicRequirements Required => _member.Directory.Project.Policy.RequirementsOf(Topic);

    private MemberFailure? OwnRight(DateTimeOffset now) =>
        _member.Directory.MayProduce(_member.Identifier, Topic, now) ? null : new MemberFailure(
            FailureReason.ProducerNotAuthorized,
            $"Policy does not let this member produce to '{Topic}'. Ask the project's owner for a rule, or enroll with a ticket that has the attributes.");

    private void DropAllIf(bool always)
    {
        DropIf(ref _current, always);
        DropIf(ref _next, always);
        DropIf(ref _announcing, always);
    }

    private void DropIf(ref OwnSession? session, bool always)
    {
        // Readers refuse the messages of a session that policy does not admit. They accept a stronger mode than it asks for; we do not make one.
        if (session is not null &&
            (always || !IsAsRequired(session.Known.Statement) || _store.RefusalOf(session.Known) is not null))
        {
            _report.Dropped(session);
            _earlyDrops.Dropped(session);
            Drop(ref session);
        }
    }

    // What is sent with a session whose secret this member has destroyed, no one may be able to open.
    private void DropWhatIsDestroyed()
    {
        if (_current is not null && !IsKept(_current))
            Drop(ref _current);
        if (_next is not null && !IsKept(_next))
            Drop(ref _next);
        if (_current is null)
            (_current, _next) = (_next, null);
    }

    private bool IsKept(OwnSession session) => _store.Find(SessionRef.Of(session.Known.Statement)) == session.Known;

    // A former member of a reader group has the group's key of this session.
    private bool IsAsRequired(SessionStatement statement) =>
        statement.Authentication == Required.Authentication && Equals(statement.ReaderGroups, Required.ReaderGroups) &&
        (statement.ReaderGroups?.Values ?? []).All(group => _member.Directory.Project.ProvesOrigin(statement.Core, group));

    // A member that joined after the session began and may not have older keys can read on only under another session.
    private bool HasNewcomerWithoutHistory(DateTimeOffset now) =>
        _granter.ReadersOf(Topic, Required.ReaderGroups, now).Any(package =>
            !_current!.Granted.Contains(package.Id) &&
            !_member.Directory.MayReceive(package.Member, _current.Known.Statement, now));

    private void Announce(DateTimeOffset now)
    {
        // A successor's life begins where the current one ends.
        var follows = _current is null || _replace ? now : _current.Known.Statement.Ends;
        if (SessionLife.FindEnd(_member, Required, follows, now, out var ends) is { } expired)
        {
            _failure = expired;
            return;
        }

        if (_readers.FindShortage(now, out _) is { } shortage)
        {
            _failure = shortage;
            return;
        }

        _schedule.Attempt();
        var session = OwnSession.Create(_member, _store, Topic, now, ends);
        if (_member.Vault.Problem is not null)
        {
            Abandon(session);
            _failure = _store.WhyNoMore(Topic);
            return;
        }

        _announcing = session;
        _report.Announcing(session, _current is null ? null : _replace ? RotationReason.Newcomer : _current.Outbound.IsNearLimit ? RotationReason.Limit : RotationReason.Due);
        var topic = _member.Directory.Project.Control.Sessions;
        _failure = new MemberFailure(FailureReason.SessionNotReady,
            $"The session for '{Topic}' is being announced on {topic}; the broker has not acknowledged it yet. If that lasts, check the broker and its in-sync replicas.");
        _member.Publish(
            ControlPartition.SessionsOf(_member.Directory.Project.Control, Topic),
            [SessionAnnouncement.Create([session.Known.Statement], _member.Identity.Key, _member.Identity.NextKey, now)],
            now,
            delivered => Announced(session, delivered));
    }

    private void Announced(OwnSession session, bool delivered)
    {
        // Dropped while it was on its way.
        if (_announcing != session || !IsUsable(session, delivered, _member.Directory.Project.Control.Sessions))
            return;

        if (_readers.FindShortage(session.Known.Statement.Begins, out var readers) is { } shortage)
        {
            Abandon(session);
            _failure = shortage;
            return;
        }

        _granter.Grant(session, readers, granted => Granted(session, readers.Count, granted));
    }

    private void Granted(OwnSession session, int readers, bool delivered)
    {
        if (_announcing != session || !IsUsable(session, delivered, _member.Directory.Project.Control.Grants))
            return;

        // A revocation that was written before the grants were must be known before the first message.
        _failure = new MemberFailure(FailureReason.SessionNotReady,
            $"The session for '{Topic}' is announced, and the end of {_member.Directory.Project.Control.Authority} is being read. If that lasts, check the broker.");
        _inbox.AfterLook(ControlPartition.Authority, () => Begin(session, readers));
    }

    private void Begin(OwnSession session, int readers)
    {
        if (_announcing != session || !IsUsable(session, delivered: true, _member.Directory.Project.Control.Authority))
            return;

        // Still our key, and still our right.
        if (_member.Credential is null || OwnRight(_member.Now) is not null)
        {
            Abandon(session);
            return;
        }

        _announcing = null;
        _schedule.Reset();
        _failure = null;
        _granter.Begin(session);
        _report.Began(session, readers);
        if (_current is null || _replace)
        {
            // A successor that was announced before is no younger than what it would follow: the newcomer could not read it either.
            Drop(ref _current);
            Drop(ref _next);
            _current = session;
            _replace = false;
        }
        else
        {
            _next = session;
        }
    }

    private bool IsUsable(OwnSession session, bool delivered, string topic)
    {
        var age = _member.Now - session.Known.Statement.Begins;
        if (delivered && age <= RecordClock.MaxDelay)
            return true;

        Abandon(session);
        _failure = _report.WhyUnusable(topic, age);
        return false;
    }

    private void Abandon(OwnSession session)
    {
        _announcing = null;
        _report.Abandoned(session);
        session.Outbound.Dispose();
        _store.Forget(session.Known);
    }

    private void Drop(ref OwnSession? session)
    {
        if (session is null)
            return;

        _granter.End(session);
        session.Outbound.Dispose();
        session = null;
    }
}

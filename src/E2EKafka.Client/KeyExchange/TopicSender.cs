using E2EKafka.Cryptography;
using E2EKafka.Diagnostics;
using E2EKafka.Messages;
using E2EKafka.Records;
using E2EKafka.Sessions;

namespace E2EKafka.KeyExchange;

/// <summary>
/// Gives one topic its sessions: the first, successors ahead of time, and another at once when somebody may no longer read.
/// A session is used only when its announcement and grants are durable, and somebody besides this process's memory can open it.
/// </summary>
internal sealed class TopicSender : IDisposable
{
    /// <summary>A session that would end sooner is not worth announcing.</summary>
    private static readonly TimeSpan MinLifetime = TimeSpan.FromSeconds(30);

    /// <summary>How many sessions in a row may be dropped soon after they began before there are pauses.</summary>
    private const int MaxYoungDrops = 3;

    /// <summary>Producers wait for this: an outage that is over is not to be felt for long.</summary>
    private static readonly TimeSpan MaxRetryDelay = TimeSpan.FromSeconds(15);

    private readonly Member _member;
    private readonly SessionBook _book;
    private readonly RetrySchedule _schedule;
    private readonly RetrySchedule _drops;
    private int _youngDrops;
    private OutboundSession? _current;
    private OutboundSession? _next;
    private OutboundSession? _announcing;
    private MemberFailure? _failure;
    private bool _replace;

    public TopicSender(Member member, SessionBook book, string topic)
    {
        _member = member;
        _book = book;
        _schedule = new RetrySchedule(member.Lifetimes, MaxRetryDelay);
        _drops = new RetrySchedule(member.Lifetimes, MaxRetryDelay);
        Topic = topic;
        View = new SendingTopic(null, null, _failure);
    }

    public string Topic { get; }

    /// <summary>What the key ring shows.</summary>
    public SendingTopic View { get; private set; }

    /// <summary>What the topic has, for a status.</summary>
    public SendingStatus Status
    {
        get
        {
            var announcement = _current?.Announcement;
            return new SendingStatus(
                Topic,
                _current is null && _failure is { } failure ? new StatusProblem(failure.Reason, failure.Message) : null,
                announcement?.Id.ToString() ?? "",
                announcement?.Begins,
                announcement?.Ends,
                announcement?.Ends - _member.Lifetimes.SuccessorLead,
                _next?.Announcement.Id.ToString() ?? "",
                _current?.Messages ?? 0,
                announcement is not null && _book.Find(announcement) is { } known ? [.. known.SealedTo.Order(StringComparer.Ordinal)] : []);
        }
    }

    /// <param name="blocked">Why this member may not send anything, if it may not.</param>
    public void Advance(MemberFailure? blocked)
    {
        var now = _member.Now;
        DropWhatIsNoLongerAllowed(blocked);
        if (_current is not null && (now >= _current.Announcement.Ends || _current.IsExhausted))
        {
            Drop(ref _current);
            (_current, _next) = (_next, null);
        }

        if (_current is not null && !IsYoung(_current))
        {
            _youngDrops = 0;
            _drops.Reset();
        }

        if (IsSessionDue(now))
        {
            _failure = blocked ?? OwnRight(now);
            if (_failure is null && _schedule.IsDue(now) && _drops.IsDue(now))
                Announce(now);
        }

        View = new SendingTopic(_current, _next, _failure);
    }

    /// <summary>Drops sessions that somebody could read who no longer may, or that this member may no longer send.</summary>
    /// <param name="blocked">Why this member may not send anything, if it may not.</param>
    public void DropWhatIsNoLongerAllowed(MemberFailure? blocked)
    {
        // A credential that has merely ended has ended its sessions with it; every other reason not to send ends them now.
        var all = blocked is { Reason: not (FailureReason.CredentialExpired or FailureReason.NotReady) } || OwnRight(_member.Now) is not null;
        DropIf(ref _current, all);
        DropIf(ref _next, all);
        DropIf(ref _announcing, all);
    }

    /// <summary>Drops all sessions, as after a process's memory was copied.</summary>
    public void Discard()
    {
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

        _replace = _replace || (now >= _current.Announcement.Begins + _member.Lifetimes.MinSessionAge && HasNewcomerWithoutHistory(now));
        return _replace ||
            (_next is null && (now >= _current.Announcement.Ends - _member.Lifetimes.SuccessorLead || _current.IsNearLimit));
    }

    private bool IsYoung(OutboundSession session) => _member.Now < session.Announcement.Begins + _member.Lifetimes.MinSessionAge;

    private MemberFailure? OwnRight(DateTimeOffset now) =>
        _member.Directory.MayProduce(_member.Identifier, Topic, now) ? null : new MemberFailure(
            FailureReason.ProducerNotAuthorized,
            $"Policy does not let this member produce to '{Topic}'. Ask the project's owner for a rule, or enroll with a ticket that has the attributes.");

    private void DropIf(ref OutboundSession? session, bool always)
    {
        // What we would refuse of others, others refuse of us: a session of a mode that policy no longer allows, for one.
        if (session is not null &&
            (always || HasReaderWhoMayNoLonger(session) || session.Announcement.RefusalBy(_member.Directory) is not null))
        {
            _member.Log.SessionDropped(session.Announcement.Id, Topic);

            // An insider who has one session after the other dropped slows one producer down, no more.
            if (IsYoung(session) && ++_youngDrops > MaxYoungDrops)
                _drops.Attempt(_member.Now);
            Drop(ref session);
        }
    }

    private bool HasReaderWhoMayNoLonger(OutboundSession session)
    {
        var announcement = session.Announcement;
        var now = _member.Now;
        return _book.Find(announcement) is not { } known ||
            known.SealedTo.Any(reader => !_member.Directory.MayReceive(reader, Topic, announcement.Begins, now));
    }

    // Whoever joined after the session began and may not have older keys can read on only under another session.
    private bool HasNewcomerWithoutHistory(DateTimeOffset now) =>
        _book.Find(_current!.Announcement) is { } known &&
        _book.ReadersOf(Topic, now).Any(package =>
            !known.SealedTo.Contains(package.Member) &&
            !_member.Directory.MayReceive(package.Member, Topic, _current.Announcement.Begins, now));

    private void Announce(DateTimeOffset now)
    {
        if (_member.Credential is not { } credential)
        {
            // It has ended since the caller looked.
            _failure = new MemberFailure(FailureReason.CredentialExpired, "This member's credential has just ended. Check that the authority runs.");
            return;
        }

        // A successor's life begins where the current one ends, but no later than it may be needed: sessions that end early, by count,
        // would otherwise reach further and further into the future, and be refused for their length.
        var begins = _current is null || _replace ? now : _current.Announcement.Ends;
        if (begins > now + _member.Lifetimes.SuccessorLead)
            begins = now + _member.Lifetimes.SuccessorLead;
        var ends = begins + _member.Lifetimes.Session;
        if (ends > credential.ExpiresAt)
            ends = credential.ExpiresAt;
        if (ends < now + MinLifetime && _member.Lifetimes.Session >= MinLifetime)
        {
            _failure = new MemberFailure(FailureReason.CredentialExpired,
                $"This member's credential ends at {credential.ExpiresAt:u}, too soon for another session. Check that the authority runs.");
            return;
        }

        List<KeyPackage> readers = [.. _book.ReadersOf(Topic, now)];
        if (readers.Count == 0 && !_book.IsDurable(Topic))
        {
            _failure = new MemberFailure(FailureReason.NoDurableReader, _book.WhyNoReader(Topic, now));
            return;
        }

        _schedule.Attempt(now);
        var (session, known) = Create(credential, now, ends);
        known.Grant(readers.Select(package => package.Member));
        _announcing = session;
        _failure = new MemberFailure(FailureReason.SessionNotReady,
            $"The session for '{Topic}' is being announced on {_member.Directory.Project.Control.Keys}; the broker has not acknowledged it yet. If that lasts, check the broker and its in-sync replicas.");
        _member.Publish(
            ControlPartition.KeysOf(_member.Directory.Project.Control, Topic),
            [session.Announcement.Record, .. _book.SealTo(known, readers, credential, now)],
            delivered => Announced(session, known, delivered, readers.Count));
    }

    private (OutboundSession Session, KnownSession Known) Create(Credential credential, DateTimeOffset now, DateTimeOffset ends)
    {
        var signed = _member.Directory.Project.Policy.RequirementsOf(Topic).Authentication == MessageAuthentication.Signature;
        var signingKey = signed ? SigningKey.Generate() : null;
        var statement = new SessionStatement(_member.ProjectId, Topic, _member.Identifier, signingKey?.Public);
        var secret = SecretBytes.Random(SessionKeys.SecretSize);
        var keys = SessionKeys.Derive(secret, statement);
        var announcement = SessionAnnouncement.Create(statement, keys, _member.Identity.Key, credential, now, ends);
        return (new OutboundSession(announcement, keys, signingKey, _member.Lifetimes.SessionLimits), _book.AddOwn(announcement, secret));
    }

    private void Announced(OutboundSession session, KnownSession known, bool delivered, int readers)
    {
        // Dropped while it was on its way: whoever it was sealed to holds the key of a session without messages.
        if (_announcing != session)
            return;

        _announcing = null;

        // Readers refuse an announcement that reached the log long after it was signed.
        if (!delivered || _member.Now > session.Announcement.Begins + (RecordClock.MaxDelay / 2))
        {
            session.Dispose();
            _book.Forget(known);
            var control = _member.Directory.Project.Control.Keys;
            _failure = new MemberFailure(FailureReason.SessionNotReady, delivered
                ? $"The session for '{Topic}' reached {control} too late to be used, {_member.Now - session.Announcement.Begins:c} after it was signed: the broker was slow, or this process was suspended. It is tried again."
                : $"The session for '{Topic}' could not be written to {control}; the log has Kafka's answer (event 15). Check the broker, its in-sync replicas, and this client's right to write there. It is tried again.");
            return;
        }

        _schedule.Reset();
        _failure = null;
        _member.Log.SessionAnnounced(session.Announcement.Id, Topic, session.Announcement.Ends, readers);
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

    private static void Drop(ref OutboundSession? session)
    {
        session?.Dispose();
        session = null;
    }
}

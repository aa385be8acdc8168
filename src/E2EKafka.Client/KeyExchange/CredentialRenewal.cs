using System.Diagnostics;
using E2EKafka.Diagnostics;
using E2EKafka.Messages;
using E2EKafka.Records;

namespace E2EKafka.KeyExchange;

/// <summary>Gets this member its credential, and gets it renewed in time.</summary>
internal sealed class CredentialRenewal
{
    private const int MaxRefusedKeyChanges = 3;

    private readonly Member _member;
    private readonly EnrollmentTicket? _ticket;
    private readonly string _noTicket;
    private readonly Func<bool> _mayChangeKey;
    private readonly RetrySchedule _schedule;
    private string? _pendingRequest;
    private DateTimeOffset? _askedAt;
    private int _refusedKeyChanges;
    private bool _askedWithNextKey;
    private MemberFailure? _refusal;
    private MemberFailure? _ticketProblem;

    /// <param name="member">The member.</param>
    /// <param name="ticket">What to enroll with, if it is not enrolled.</param>
    /// <param name="noTicket">Why there is no ticket, where there is none, and what to do.</param>
    /// <param name="mayChangeKey">Whether all is announced that the next identity key must have signed.</param>
    public CredentialRenewal(Member member, EnrollmentTicket? ticket, string? noTicket, Func<bool> mayChangeKey)
    {
        _mayChangeKey = mayChangeKey;
        _noTicket = noTicket ?? "no ticket was given.";
        _member = member;
        _ticket = ticket;
        _schedule = new RetrySchedule(member.Steady, member.Lifetimes);
        if (member.Identity.StoredCredential is { } stored && Jws.TryParse(stored) is { } credential)
            member.Directory.Observe(credential);
    }

    /// <summary>Why there is no valid credential, where there is none.</summary>
    public MemberFailure? Failure =>
        _member.Credential is not null ? null
        : _member.Directory.Newest(_member.Identifier) is { } expired
            ? new MemberFailure(FailureReason.CredentialExpired,
                $"This member's credential ended at {expired.ExpiresAt:u} and the authority has not renewed it. {_refusal?.Message ?? "Check that the authority runs and that this machine's clock is right."}")
        : _refusal ?? _ticketProblem ?? (HasNothingToEnrollWith
            ? new MemberFailure(FailureReason.NotEnrolled, $"This member is not enrolled, and {_noTicket}")
            : _member.Clock.Failure ?? new MemberFailure(FailureReason.NotEnrolled, "This member has asked the authority for a credential and has no answer yet. Check that the authority runs."));

    /// <summary>No ticket, and no credential: only an answer to an earlier life's request could help.</summary>
    public bool HasNothingToEnrollWith => _ticket is null && !IsEnrolled;

    // Its credential may be by a key that the authority has replaced since, and then counts for nothing but this.
    private bool IsEnrolled => _member.Identity.StoredCredential is not null || _member.Directory.Newest(_member.Identifier) is not null;

    /// <summary>Since when the authority has owed us a renewal, if it has for so long that it needs attention.</summary>
    public DateTimeOffset? OverdueSince =>
        _member.Credential is { } credential && _member.Now >= RenewalOf(credential) + RenewalGraceOf(credential) ? RenewalOf(credential) : null;

    /// <summary>Has the identity key replaced. The change is made when the authority has issued a credential for the new key.</summary>
    public void RotateIdentity()
    {
        _refusedKeyChanges = 0;
        RotationRefusal = null;
        _member.Identity.PrepareNextKey();
        _schedule.Reset();
    }

    /// <summary>Why the last change of the identity key was given up; <see langword="null"/> if it was not.</summary>
    public MemberFailure? RotationRefusal { get; private set; }

    public void Advance()
    {
        var now = _member.Now;
        var newest = _member.Directory.Newest(_member.Identifier);
        if (newest is not null && newest.Text != _member.Identity.StoredCredential)
            Take(newest);
        if (!IsRequestDue(newest, now))
            return;

        // A newer document may come, and then the ticket will do.
        _ticketProblem = IsEnrolled ? null : TicketProblem(now);
        if (_ticketProblem is not null)
            return;

        _schedule.Attempt();
        var request = NextRequest(newest, now);
        _pendingRequest = request.Hash;
        _askedAt ??= now;
        _member.Publish(ControlPartition.Requests, [request.Text], now, static _ => { });
    }

    /// <summary>Takes the authority's refusal, if it is of the request that we made last.</summary>
    public RecordProblem Receive(Jws jws)
    {
        var project = _member.Directory.Project;
        if (jws.ReadUnverified(RecordJson.Default.RefusalClaims) is not { } claims || !RefusalClaims.IsReason(claims.Reason))
            return RecordProblem.Malformed;
        if (claims.Sub != _member.Identifier || claims.Request != _pendingRequest)
            return RecordProblem.None;
        if (!RecordClock.IsTime(claims.Iat) || !jws.Verify(RecordTypes.Refusal, project.Id, project.AuthorityKey))
            return RecordProblem.BadSignature;

        _member.Log.RequestRefused(claims.Reason);
        Record(span => span.Fail(claims.Reason, "The authority refused the request for a credential."));

        // Sealed to a key that the authority has replaced since: the next attempt is sealed to the new one. But a change of key that is
        // refused again and again must not stand in the way of renewals for ever.
        if (claims.Reason == FailureReason.RequestInvalid)
        {
            if (_member.Identity.NextKey is not null && ++_refusedKeyChanges >= MaxRefusedKeyChanges)
            {
                _member.Identity.ForgetNextKey();
                RotationRefusal = new MemberFailure(FailureReason.RequestInvalid,
                    "The authority refuses to replace this member's identity key: it may know another one already. If no other process used this vault, remove the member and enroll again.");
            }

            return RecordProblem.None;
        }

        _refusal = new MemberFailure(claims.Reason, claims.Reason switch
        {
            FailureReason.TicketUnknown => "The authority does not know the enrollment ticket. Ask the project's owner for a new one.",
            FailureReason.TicketExpired => "The enrollment ticket has expired. Ask the project's owner for a new one.",
            FailureReason.TicketUsedUp => "The enrollment ticket was used by another identity. Ask the project's owner for a new one, and whether the other use is known.",
            FailureReason.Revoked => "This member was removed from the project, for good. To come back: a new vault, and a new ticket from the project's owner.",
            FailureReason.NotEnrolled => "The authority does not know this identity. Enroll again with a new ticket and a new vault.",
            _ => "The authority refused the request for a credential. Ask the project's owner why.",
        });
        return RecordProblem.None;
    }

    // A change of the key that the authority does not answer must not keep the old key from being renewed. And where no credential counts,
    // the change may have been made, and its credential lost on the way.
    private Jws NextRequest(Credential? newest, DateTimeOffset now)
    {
        var (project, identity) = (_member.Directory.Project, _member.Identity);
        var mustRenew = newest is null || now >= RenewalOf(newest);
        _askedWithNextKey = identity.NextKey is not null && _member.Vault.Problem is null && IsEnrolled && (newest is null || _mayChangeKey()) && !(mustRenew && _askedWithNextKey);
        return !_askedWithNextKey ? AuthorityRequest.Create(project, identity.Identifier, identity.Key, IsEnrolled ? null : _ticket, now)
            : newest is null ? AuthorityRequest.Create(project, identity.Identifier, identity.NextKey!, ticket: null, now)
            : AuthorityRequest.CreateKeyChange(project, identity.Identifier, identity.Key, identity.NextKey!, now);
    }

    private bool IsRequestDue(Credential? newest, DateTimeOffset now) =>
        _schedule.IsDue &&
        (newest is null ? MayEnroll || _member.Identity.StoredCredential is not null : (_member.Identity.NextKey is not null && _mayChangeKey()) || now >= RenewalOf(newest));

    private bool MayEnroll => _ticket is not null && _refusal is null;

    private void Take(Credential credential)
    {
        Record(static _ => { });
        if (_member.Identity.NextKey is { } next && credential.Key.Thumbprint == next.Public.Thumbprint)
        {
            _member.Identity.UseNextKey(credential.Text);
            _member.Log.IdentityRotated(_member.Identifier);
        }
        else
        {
            _member.Identity.StoreCredential(credential.Text);
        }

        _member.Log.CredentialReceived(credential.Claims.Serial, credential.ExpiresAt);
        _pendingRequest = null;
        (_refusal, _ticketProblem) = (null, null);
        _schedule.Reset();
    }

    private void Record(Action<Activity> describe)
    {
        if (_askedAt is { } askedAt)
            Spans.Record(_member.Identity.StoredCredential is not null ? Telemetry.Renew : Telemetry.Enroll, topic: null, parent: default, askedAt, _member.Now, describe);
        _askedAt = null;
    }

    /// <summary>How late a renewal may be before that is worth a word: 1 h of the default 48.</summary>
    private static TimeSpan RenewalGraceOf(Credential credential) => (credential.ExpiresAt - credential.IssuedAt) / 48;

    /// <summary>A quarter into its life, spread over the next eighth so that members which started together do not renew together.</summary>
    public DateTimeOffset RenewalOf(Credential credential)
    {
        var lifetime = credential.ExpiresAt - credential.IssuedAt;
        return credential.IssuedAt + (lifetime / 4) + (lifetime / 8 * Jitter.Of(_member.Identifier, $"{credential.Claims.Serial}"));
    }

    private MemberFailure? TicketProblem(DateTimeOffset now)
    {
        try
        {
            _ticket!.Check(_member.Directory.Project, now);
            return null;
        }
        catch (EndToEndKafkaException e)
        {
            return new MemberFailure(e.Reason, e.Message);
        }
    }
}

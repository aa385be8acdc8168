using E2EKafka.KeyExchange;
using E2EKafka.Records;
using Microsoft.Extensions.Logging;

namespace E2EKafka.Diagnostics;

/// <summary>
/// The audit events: who changed what, when and by which ticket, and which keys were given for what was sent before. Their ids and fields stay.
/// Never a secret: a ticket is named by the hash of its secret.
/// </summary>
internal static partial class AuditEvents
{
    [LoggerMessage(1001, LogLevel.Information, "Project {Project} ({Name}) was created at {At:u} with authority {Authority}.")]
    public static partial void ProjectCreated(this ILogger audit, DateTimeOffset at, string project, string name, string authority);

    [LoggerMessage(1002, LogLevel.Information, "Ticket {Ticket} was created at {At:u}: {Uses} uses until {ExpiresAt:u}, attributes {Attributes}.")]
    public static partial void TicketCreated(this ILogger audit, DateTimeOffset at, string ticket, int uses, DateTimeOffset expiresAt, string attributes);

    [LoggerMessage(1003, LogLevel.Information, "Ticket {Ticket} was cancelled at {At:u}; {Members} members had enrolled with it.")]
    public static partial void TicketCancelled(this ILogger audit, DateTimeOffset at, string ticket, int members);

    [LoggerMessage(1004, LogLevel.Information, "Member {Member} enrolled at {At:u} with ticket {Ticket}, attributes {Attributes}.")]
    public static partial void MemberEnrolled(this ILogger audit, DateTimeOffset at, string member, string ticket, string attributes);

    [LoggerMessage(1005, LogLevel.Warning, "A request of {Member} for a credential was refused at {At:u}: {Reason}; it showed ticket {Ticket}.")]
    public static partial void RequestRefused(this ILogger audit, DateTimeOffset at, string member, string ticket, FailureReason reason);

    [LoggerMessage(1006, LogLevel.Information, "The attributes of member {Member}, which enrolled with ticket {Ticket}, were changed at {At:u} from {Before} to {Attributes}.")]
    public static partial void AttributesChanged(this ILogger audit, DateTimeOffset at, string member, string ticket, string before, string attributes);

    [LoggerMessage(1007, LogLevel.Warning, "Member {Member}, which enrolled with ticket {Ticket}, was removed at {At:u} as {Kind}.")]
    public static partial void MemberRemoved(this ILogger audit, DateTimeOffset at, string member, string ticket, RevocationKind kind);

    [LoggerMessage(1008, LogLevel.Information, "The policy of project {Project} was changed at {At:u}: document {Version} with hash {Document} follows {Before}.")]
    public static partial void PolicyChanged(this ILogger audit, DateTimeOffset at, string project, long version, string document, long before);

    [LoggerMessage(1009, LogLevel.Warning, "The keys of authority {Authority} were replaced at {At:u}: {Key} follows {Before}, from document {Version} on.")]
    public static partial void AuthorityKeysReplaced(this ILogger audit, DateTimeOffset at, string authority, string key, string before, long version);

    [LoggerMessage(1010, LogLevel.Information, "The identity key of member {Member}, which enrolled with ticket {Ticket}, was replaced at {At:u}: {Key} follows {Before}.")]
    public static partial void IdentityKeyReplaced(this ILogger audit, DateTimeOffset at, string member, string ticket, string key, string before);

    [LoggerMessage(1020, LogLevel.Information, "The key of session {Session} for {Topic} by {Producer} was given at {At:u} by {By} to {Member}, which was enrolled with ticket {Ticket} before the session began and asked for it.")]
    public static partial void KeyGivenAgain(this ILogger audit, DateTimeOffset at, string by, string member, string ticket, SessionId session, string topic, string producer);

    [LoggerMessage(1021, LogLevel.Information, "The key of session {Session} for {Topic} by {Producer}, which began at {Began:u}, was given at {At:u} by {By} to {Member}, which enrolled with ticket {Ticket} after that.")]
    public static partial void PastKeyGiven(this ILogger audit, DateTimeOffset at, string by, string member, string ticket, SessionId session, string topic, string producer, DateTimeOffset began);

    [LoggerMessage(1022, LogLevel.Warning, "A message of topic {Topic} was refused at {At:u}: {Reason}; it names a session of {Producer}; {Count} such messages were refused so far.")]
    public static partial void ForgedMessageRefused(this ILogger audit, DateTimeOffset at, string topic, string producer, FailureReason reason, long count);

    [LoggerMessage(1023, LogLevel.Warning, "A control record on {Topic} was refused at {At:u}: {Problem}; {Count} such records were refused so far.")]
    public static partial void ForgedRecordRefused(this ILogger audit, DateTimeOffset at, ControlTopicKind topic, RecordProblem problem, long count);
}

using E2EKafka.KeyExchange;
using E2EKafka.Records;
using Microsoft.Extensions.Logging;

namespace E2EKafka.Diagnostics;

/// <summary>Everything that is logged. Never a secret, never a plaintext.</summary>
internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Information, "Member {Identifier} of project {Project} is ready.")]
    public static partial void Ready(this ILogger log, string identifier, string project);

    [LoggerMessage(2, LogLevel.Warning, "Member {Identifier} is not ready: {Reason}. {Message}")]
    public static partial void NotReady(this ILogger log, string identifier, FailureReason reason, string message);

    [LoggerMessage(3, LogLevel.Information, "Credential {Serial} received, valid until {ExpiresAt:u}.")]
    public static partial void CredentialReceived(this ILogger log, long serial, DateTimeOffset expiresAt);

    [LoggerMessage(4, LogLevel.Error, "The authority refused the request for a credential: {Reason}.")]
    public static partial void RequestRefused(this ILogger log, FailureReason reason);

    [LoggerMessage(5, LogLevel.Information, "Key package {Package} published, valid until {ExpiresAt:u}.")]
    public static partial void KeyPackagePublished(this ILogger log, string package, DateTimeOffset expiresAt);

    [LoggerMessage(6, LogLevel.Information, "Session {Session} for {Topic} announced and sealed to {Readers} readers, until {Ends:u}.")]
    public static partial void SessionAnnounced(this ILogger log, SessionId session, string topic, DateTimeOffset ends, int readers);

    [LoggerMessage(7, LogLevel.Information, "Session {Session} for {Topic} dropped: a member that could read it no longer may, or this member may no longer send.")]
    public static partial void SessionDropped(this ILogger log, SessionId session, string topic);

    [LoggerMessage(8, LogLevel.Debug, "Key of session {Session} for {Topic} by {Producer} received from {Sender}.")]
    public static partial void KeyReceived(this ILogger log, SessionId session, string topic, string producer, string sender);

    [LoggerMessage(9, LogLevel.Debug, "Key of session {Session} for {Topic} granted to {Readers} more readers.")]
    public static partial void KeyGranted(this ILogger log, SessionId session, string topic, int readers);

    [LoggerMessage(10, LogLevel.Information, "Keys of {Count} sessions requested, attempt {Attempt}.")]
    public static partial void KeysRequested(this ILogger log, int count, int attempt);

    [LoggerMessage(11, LogLevel.Information, "Project document version {Version} is in force.")]
    public static partial void ProjectChanged(this ILogger log, long version);

    [LoggerMessage(12, LogLevel.Debug, "A record on {Topic}/{Partition} was skipped: {Problem}.")]
    public static partial void RecordSkipped(this ILogger log, ControlTopicKind topic, int partition, RecordProblem problem);

    [LoggerMessage(13, LogLevel.Information, "Key of session {Session} for {Topic} given to {Member}, which was enrolled before the session began and asked for it.")]
    public static partial void KeyGivenAgain(this ILogger log, SessionId session, string topic, string member);

    [LoggerMessage(14, LogLevel.Critical, "Another process signs as this member, {Identifier}: its vault was copied.")]
    public static partial void IdentityCloned(this ILogger log, string identifier);

    [LoggerMessage(15, LogLevel.Warning, "Kafka: {Message}")]
    public static partial void KafkaProblem(this ILogger log, string message);

    [LoggerMessage(16, LogLevel.Critical, "The key exchange stopped. Nothing is sent or opened until the process restarts.")]
    public static partial void Stopped(this ILogger log, Exception exception);

    [LoggerMessage(17, LogLevel.Information, "The authority of project {Project} serves.")]
    public static partial void AuthorityServes(this ILogger log, string project);

    [LoggerMessage(18, LogLevel.Information, "Credential issued to {Member}.")]
    public static partial void CredentialIssued(this ILogger log, string member);

    [LoggerMessage(19, LogLevel.Warning, "A request of {Member} was refused.")]
    public static partial void CredentialRefused(this ILogger log, string member);

    [LoggerMessage(20, LogLevel.Error, "A control record could not be processed and was skipped.")]
    public static partial void RecordFailed(this ILogger log, Exception exception);

    [LoggerMessage(21, LogLevel.Information, "The identity key of {Identifier} was replaced.")]
    public static partial void IdentityRotated(this ILogger log, string identifier);

    [LoggerMessage(22, LogLevel.Warning, "The clocks have parted: {Wall} by the wall clock, {Monotonic} by the monotonic one. All sessions of this process are dropped, in case its memory was copied.")]
    public static partial void ClocksParted(this ILogger log, TimeSpan wall, TimeSpan monotonic);

    [LoggerMessage(23, LogLevel.Warning, "Control topic {Topic}/{Partition} was created again, or records of it were deleted: this member publishes again what it had published there and is still needed.")]
    public static partial void PublishedAgain(this ILogger log, ControlTopicKind topic, int partition);

    [LoggerMessage(24, LogLevel.Warning, "Member {Identifier} left, and Kafka did not acknowledge that in time: keys are sealed to it until its key package expires.")]
    public static partial void LeftUnheard(this ILogger log, string identifier);

    [LoggerMessage(25, LogLevel.Warning, "{Warning}")]
    public static partial void RenewalOverdue(this ILogger log, string warning);

    [LoggerMessage(26, LogLevel.Warning, "The authority does not serve yet: {Reason}. {Message}")]
    public static partial void AuthorityNotServing(this ILogger log, FailureReason reason, string message);

    [LoggerMessage(27, LogLevel.Warning, "A topic has wrong settings. {Warning}")]
    public static partial void ControlTopicWarning(this ILogger log, string warning);

    [LoggerMessage(28, LogLevel.Error, "A control topic is not fit for use: nothing is sent, opened or answered until it is corrected. {Message}")]
    public static partial void ControlTopicRefused(this ILogger log, string message);

    [LoggerMessage(29, LogLevel.Information, "The topics have the settings that the project needs.")]
    public static partial void ControlTopicsCorrected(this ILogger log);

    [LoggerMessage(32, LogLevel.Warning, "This machine's clock and the broker's are {Difference} apart (positive: ours is ahead). Nothing is sent until they agree.")]
    public static partial void ClockDisagrees(this ILogger log, TimeSpan difference);

    [LoggerMessage(33, LogLevel.Information, "This machine's clock and the broker's agree again.")]
    public static partial void ClockAgrees(this ILogger log);

    [LoggerMessage(34, LogLevel.Error, "The vault cannot be written. Nothing is sent that only it would keep, until it can.")]
    public static partial void VaultNotWritten(this ILogger log, Exception exception);

    [LoggerMessage(35, LogLevel.Information, "The vault can be written again, and has all that it missed.")]
    public static partial void VaultWritten(this ILogger log);

    [LoggerMessage(36, LogLevel.Warning, "{Count} entries of the vault cannot be read and are left as they are: {Entries}.")]
    public static partial void VaultEntriesUnreadable(this ILogger log, int count, string entries);

    [LoggerMessage(37, LogLevel.Warning, "The vault's row {Collection}/{Name} is of no form that this release knows. It is kept until its end; use the release that wrote it.")]
    public static partial void RowSetAside(this ILogger log, string collection, string name);

    [LoggerMessage(38, LogLevel.Debug, "librdkafka: {Message}")]
    public static partial void KafkaClient(this ILogger log, string message);

    [LoggerMessage(39, LogLevel.Information, "Kafka serves again.")]
    public static partial void KafkaServes(this ILogger log);

    [LoggerMessage(40, LogLevel.Error, "Nothing of topic {Topic} can be read with a key from another member: a key package has room for {Limit} topics, and this member consumes more. Consume it with another member.")]
    public static partial void TopicNotSealedTo(this ILogger log, string topic, int limit);

    [LoggerMessage(30, LogLevel.Warning, "Project {Project} is a development project, and must not be used in production: a member with its vault in memory counts as a reader that keeps its keys, and members may create control topics.")]
    public static partial void DevelopmentProject(this ILogger log, string project);

    [LoggerMessage(42, LogLevel.Warning, "The command-line tool cannot ask this process: {Problem}")]
    public static partial void CommandLineNotAnswered(this ILogger log, string problem);

    [LoggerMessage(31, LogLevel.Warning, "{Wait}")]
    public static partial void RecordWaits(this ILogger log, string wait);

    [LoggerMessage(41, LogLevel.Error, "The logger of audit event {Event} failed; the event is: {Text}")]
    public static partial void AuditEventNotLogged(this ILogger log, int @event, string text, Exception exception);
}

using E2EKafka.Records;

namespace E2EKafka.Messages;

/// <summary>What is told of messages that are not opened.</summary>
internal static class OpenFailures
{
    public static OpenFailure Of(FailureReason reason, string topic) => new(reason, $"{Explain(reason)} Topic '{topic}'.");

    public static OpenFailure Of(FailureReason reason, string topic, in MessageHeader header, OpenableSession session) =>
        Refuse(reason, topic, header, session).Failure!;

    /// <summary>What is wrong with this member is not wrong with the message: no consumer may skip it because our vault or our clock is broken.</summary>
    public static FoundSession Blocked(MemberFailure failure) => new(null, new OpenFailure(
        failure.Reason.Kind() == FailureKind.Invalid ? FailureReason.NotReady : failure.Reason, failure.Message) { IsOfMember = true });

    public static FoundSession Refuse(FailureReason reason, string topic, in MessageHeader header, OpenableSession? session = null, MemberFailure? ended = null)
    {
        var why = session is null ? Explain(reason) : Explain(reason, session, ended);
        return new(null, new OpenFailure(
            reason, header.Session == default ? $"{why} Topic '{topic}'." : $"{why} Topic '{topic}', session {header.Session}, sequence {header.Sequence}.")
        {
            Producer = session?.Statement.Producer ?? "",
        });
    }

    private static string Explain(FailureReason reason, OpenableSession session, MemberFailure? ended) => reason switch
    {
        FailureReason.ReaderNotAuthorized when session.IsFromBeforeEnrollment =>
            $"Policy keeps from this member what was sent before it joined, and the message's session began at {session.Statement.Begins:u}, before that. History = All in the topic's policy would admit it.",
        FailureReason.ReaderNotAuthorized when session.IsForOtherGroups =>
            $"The message's session is for the reader groups {string.Join(", ", session.Statement.ReaderGroups!.Values)} ({session.Statement.ReaderGroups.Attribute}), and this member is in none of them. Enroll with a ticket for one, or have the project's owner list this member's group: sessions from then on are for it too.",
        FailureReason.ReaderNotAuthorized =>
            "Policy does not let this member consume from the topic. Ask the project's owner for a rule, or enroll with a ticket that has the attributes.",
        FailureReason.KeyNotYetReceived when ended is not null =>
            $"The message's session was announced by {session.Statement.Producer}, and its key has not arrived: this member is given no keys now. {ended.Message}",
        FailureReason.KeyNotYetReceived =>
            $"The message's session was announced at {session.Statement.Begins:u} by {session.Statement.Producer}, and its key has not arrived yet. Try again; if that lasts, neither that producer nor another reader that has the key is running.",
        _ => Explain(reason),
    };

    private static string Explain(FailureReason reason) => reason switch
    {
        FailureReason.NotEncrypted => "The value is not an E2EKafka message. Its producer does not encrypt; during a migration, the topic's policy can let that through until a date.",
        FailureReason.UnsupportedVersion => "The message has a version or flag that this release does not know. Update this application.",
        FailureReason.Truncated => "The message is shorter than one of its session can be.",
        FailureReason.UnknownSession => "This member knows no announcement of the message's session: it is forged, older than the control topic's retention, from before the control topics were deleted, or its announcement was refused (log event 12 says why).",
        FailureReason.KeyNotYetReceived => "The message's session is announced, and its key has not arrived yet. Try again; if that lasts, neither its producer nor another reader is running.",
        FailureReason.KeyRetired => "The message's key was destroyed after the topic's key retention.",
        FailureReason.NotReady => "The message's session could not be looked up now. Try again.",
        FailureReason.ReaderNotAuthorized => "Policy does not let this member consume from the topic, or keeps from it what was sent before it joined.",
        FailureReason.LimitReached =>
            $"This member consumes more than {KeyPackage.MaxTopics} topics or {KeyPackage.MaxTopicsSize} bytes of them, all that a key package has room for, so no keys of this one come. Consume it with another member.",
        FailureReason.ProducerDenied => "Policy does not let the message's producer produce to the topic.",
        FailureReason.ProducerRevoked => "The message's producer was removed from the project.",
        FailureReason.WrongTopic => "The message was written to another topic. AcceptTopic can admit mirrored and dead-lettered records.",
        FailureReason.WrongAuthentication => "The message is not authenticated as the topic's policy demands.",
        FailureReason.SignatureInvalid => "The producer's signature is wrong: the message was altered, moved or forged.",
        FailureReason.AuthenticationFailed => "The message was altered or moved.",
        FailureReason.TombstoneNotAuthenticated => "The value is null, and no producer has authenticated that.",
        FailureReason.RecordKeyMismatch => "The record's key is not the one that its producer bound to the value, or the producer bound none.",
        FailureReason.RecordContextMissing => "The consumer's setting dotnet.consumer.consume.result.fields hides the topic or the headers. Let it include both.",
        _ => "The message was not opened.",
    };
}

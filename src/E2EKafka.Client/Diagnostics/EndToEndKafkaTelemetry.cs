namespace E2EKafka;

/// <summary>The names of what this library tells a listener of .NET's diagnostics, such as OpenTelemetry: for <c>AddSource</c>, <c>AddMeter</c> and filters.</summary>
public static class EndToEndKafkaTelemetry
{
    /// <summary>The <c>ActivitySource</c> of all spans.</summary>
    public const string ActivitySourceName = "E2EKafka";

    /// <summary>The <c>Meter</c> of all metrics.</summary>
    public const string MeterName = "E2EKafka";

    /// <summary>The log category of the audit events.</summary>
    public const string AuditCategoryName = "E2EKafka.Audit";

    /// <summary>Tag of the meter: the member's identifier, 43 characters.</summary>
    public const string MemberTag = "e2ekafka.member";

    /// <summary>Tag: the messaging system, always <c>kafka</c>.</summary>
    public const string SystemTag = "messaging.system";

    /// <summary>Tag: the topic. In a metric <see cref="OtherValue"/> if there are too many.</summary>
    public const string TopicTag = "messaging.destination.name";

    /// <summary>Tag: what is done, <c>protect</c> or <c>open</c>; of spans also <c>wait</c>, <c>rotate</c>, <c>enroll</c> and <c>renew</c>.</summary>
    public const string OperationTag = "messaging.operation.name";

    /// <summary>Tag of a span: the size of the plaintext, in bytes.</summary>
    public const string SizeTag = "messaging.message.body.size";

    /// <summary>Tag of a span: how many messages were given in one call.</summary>
    public const string BatchSizeTag = "messaging.batch.message_count";

    /// <summary>Tag: why an operation failed, the name of a <see cref="FailureReason"/>.</summary>
    public const string ErrorTag = "error.type";

    /// <summary>Tag: why a message waits, the name of a <see cref="FailureReason"/>; or why a session was made.</summary>
    public const string ReasonTag = "e2ekafka.reason";

    /// <summary>Tag: how a wait ended: <c>Opened</c>, <c>Sent</c>, <c>Refused</c>, <c>GivenUp</c>, or <c>Ended</c> where the consumer or the member ended.</summary>
    public const string OutcomeTag = "e2ekafka.outcome";

    /// <summary>Tag: what proves where messages come from, the name of a <see cref="MessageAuthentication"/>.</summary>
    public const string AuthenticationTag = "e2ekafka.authentication";

    /// <summary>Tag: the identifier of the producer whose session a message names. The forger of a message can name another's.</summary>
    public const string ProducerTag = "e2ekafka.producer";

    /// <summary>Tag: why a control record was skipped.</summary>
    public const string ProblemTag = "e2ekafka.problem";

    /// <summary>Tag of a span: the session's id, 32 hexadecimal digits.</summary>
    public const string SessionTag = "e2ekafka.session.id";

    /// <summary>Tag of a span: the message's number in its session, from 0.</summary>
    public const string SequenceTag = "e2ekafka.message.sequence";

    /// <summary>The value of a topic or producer in a metric once 1,000 others are counted by name: the number of time series is bounded.</summary>
    public const string OtherValue = "(other)";
}

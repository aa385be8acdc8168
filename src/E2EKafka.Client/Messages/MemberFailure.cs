namespace E2EKafka.Messages;

/// <summary>Why a member, or one of its topics, cannot work now.</summary>
internal sealed record MemberFailure(FailureReason Reason, string Message)
{
    public EndToEndKafkaException ToException() => new(Reason, Message);
}

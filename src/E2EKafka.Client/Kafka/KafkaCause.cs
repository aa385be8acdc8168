using E2EKafka.Messages;

namespace E2EKafka.Kafka;

/// <summary>Why Kafka does not serve.</summary>
/// <param name="Reason">The reason.</param>
/// <param name="Problem">What is wrong, without a full stop.</param>
/// <param name="Remedy">What to do about it.</param>
internal sealed record KafkaCause(FailureReason Reason, string Problem, string Remedy)
{
    public MemberFailure ToFailure() => new(Reason, $"{Problem}. {Remedy}");
}

using Confluent.Kafka;

namespace E2EKafka.Cli;

/// <summary>Kafka did not answer.</summary>
/// <param name="cause">Why, as far as its clients have reported.</param>
/// <param name="exception">How the client put it.</param>
internal sealed class KafkaUnavailableException(KafkaCause cause, KafkaException exception) : KafkaException(new Error(exception.Error.Code, cause.Problem), exception)
{
    public KafkaCause Cause { get; } = cause;
}

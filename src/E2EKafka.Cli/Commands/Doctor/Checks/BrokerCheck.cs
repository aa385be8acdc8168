using Confluent.Kafka;

namespace E2EKafka.Cli;

/// <summary>Whether any broker answers.</summary>
internal sealed class BrokerCheck(IKafkaView kafka, string bootstrapServers) : ICheck
{
    public string Subject => "broker";

    public Task<Finding> LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            kafka.ReadTopics();
            return Task.FromResult(Finding.Passed($"Kafka answers at {bootstrapServers}."));
        }
        catch (KafkaException e)
        {
            return Task.FromResult(Finding.Failed(
                $"No broker answers at {bootstrapServers}: {e.Error.Reason.TrimEnd('.')}.",
                "Check --bootstrap-server, the network, and in the file of --kafka-config security.protocol, user and password."));
        }
    }
}

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
        catch (KafkaUnavailableException e)
        {
            return Task.FromResult(Finding.Failed(
                $"{e.Cause.Problem} ({bootstrapServers}).", $"{LibraryAdvice.InToolsWords(e.Cause.Remedy)} The client's settings are in the file of --kafka-config."));
        }
    }
}

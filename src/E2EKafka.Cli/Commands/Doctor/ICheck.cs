using Confluent.Kafka;

namespace E2EKafka.Cli;

/// <summary>Looks at one thing that can be wrong.</summary>
internal interface ICheck
{
    /// <summary>What it looks at, in a few words.</summary>
    string Subject { get; }

    /// <summary>Whether there is nothing to look at without a broker.</summary>
    bool NeedsBroker => true;

    /// <exception cref="KafkaException">Kafka does not say.</exception>
    Task<Finding> LookAsync(CancellationToken cancellationToken);
}

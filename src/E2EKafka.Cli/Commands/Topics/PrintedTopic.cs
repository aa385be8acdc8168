namespace E2EKafka.Cli;

/// <summary>A control topic as the project needs it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Partitions">How many partitions it has.</param>
/// <param name="ReplicationFactor">How many replicas each has; absent for the brokers' default.</param>
/// <param name="Settings">Its settings.</param>
internal sealed record PrintedTopic(string Name, int Partitions, int? ReplicationFactor, IReadOnlyDictionary<string, string> Settings);

namespace E2EKafka.Cli;

/// <summary>A topic as Kafka shows it to everybody who may see it.</summary>
/// <param name="Partitions">How many partitions it has.</param>
/// <param name="Replicas">How many replicas the partition with the fewest has.</param>
internal sealed record TopicView(int Partitions, int Replicas);

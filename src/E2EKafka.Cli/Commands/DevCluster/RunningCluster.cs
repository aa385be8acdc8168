namespace E2EKafka.Cli;

/// <summary>The Kafka that <c>dev-cluster</c> runs.</summary>
/// <param name="BootstrapServers">Where it listens.</param>
/// <param name="User">The one user that may connect; absent if all may.</param>
internal sealed record RunningCluster(string BootstrapServers, string? User);

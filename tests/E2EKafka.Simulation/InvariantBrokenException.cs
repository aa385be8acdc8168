namespace E2EKafka.Simulation;

/// <summary>A guarantee does not hold.</summary>
internal sealed class InvariantBrokenException(string message) : Exception(message);

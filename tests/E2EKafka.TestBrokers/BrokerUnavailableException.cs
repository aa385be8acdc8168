namespace E2EKafka.TestBrokers;

/// <summary>This machine has no broker of the kind that was asked for. The message says what would give one.</summary>
public sealed class BrokerUnavailableException(string message) : Exception(message);

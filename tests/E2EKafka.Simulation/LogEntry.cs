namespace E2EKafka.Simulation;

/// <summary>A record in the control log, with the time that the broker appended it.</summary>
internal sealed record LogEntry(byte[] Value, DateTimeOffset AppendedAt);

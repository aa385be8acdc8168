namespace E2EKafka.Simulation;

/// <summary>A record in the control log.</summary>
/// <param name="Value">The record.</param>
/// <param name="AppendedAt">When the broker appended it.</param>
/// <param name="NamesDocument">The version of the project document that the credential in it names; 0 if it names none.</param>
internal sealed record LogEntry(byte[] Value, DateTimeOffset AppendedAt, long NamesDocument = 0);

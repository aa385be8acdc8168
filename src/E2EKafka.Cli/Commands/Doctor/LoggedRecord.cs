namespace E2EKafka.Cli;

/// <summary>A record's value, and the time that Kafka has for it, if it has one.</summary>
internal sealed record LoggedRecord(byte[]? Value, DateTimeOffset? Timestamp);

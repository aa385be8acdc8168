namespace E2EKafka.Records;

/// <summary>Version and hash of a project document.</summary>
internal sealed record DocumentReference(long Version, string Hash);

namespace E2EKafka.Records;

/// <summary>Version and hash of a project document.</summary>
internal sealed record DocumentReference(int Version, string Hash);

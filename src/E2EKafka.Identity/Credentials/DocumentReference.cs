namespace E2EKafka;

/// <summary>Version and hash of a project document.</summary>
internal sealed record DocumentReference(int Version, string Hash);

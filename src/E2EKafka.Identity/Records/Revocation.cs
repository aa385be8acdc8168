namespace E2EKafka.Records;

/// <summary>The removal of a member, in the project document.</summary>
internal sealed record Revocation(string Sub, RevocationKind Kind, long At);

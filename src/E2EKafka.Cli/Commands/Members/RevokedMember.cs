namespace E2EKafka.Cli;

/// <summary>What <c>member revoke</c> has done.</summary>
/// <param name="Identifier">The member's identifier, 43 characters.</param>
/// <param name="RemovedAs">How it was removed.</param>
/// <param name="Version">The version of the project document that has its removal.</param>
internal sealed record RevokedMember(string Identifier, RevocationKind RemovedAs, long Version);

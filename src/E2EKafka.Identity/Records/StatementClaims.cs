namespace E2EKafka.Records;

/// <summary>A session's statement as it stands in an announcement.</summary>
/// <param name="Core">What the session is for.</param>
/// <param name="Commitment">What proves a secret to be this session's, 32 bytes.</param>
internal sealed record StatementClaims(SessionCore Core, byte[] Commitment);

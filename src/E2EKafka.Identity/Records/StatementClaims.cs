namespace E2EKafka.Records;

/// <summary>A session's statement as it stands in an announcement.</summary>
/// <param name="Core">What the session is for.</param>
/// <param name="Commitment">What proves a secret to be this session's, 32 bytes.</param>
/// <param name="Groups">What proves a key to be that of a reader group, 32 bytes for each group, in the core's order; absent if it lists none.</param>
internal sealed record StatementClaims(SessionCore Core, byte[] Commitment, IReadOnlyList<byte[]>? Groups = null);

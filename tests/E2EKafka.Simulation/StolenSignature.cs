namespace E2EKafka.Simulation;

/// <summary>What a thief signed with a key that had been replaced.</summary>
/// <param name="Replacement">Where on the authority's topic the key was replaced.</param>
/// <param name="Life">Which of the topics of that name it was.</param>
/// <param name="Session">The session that the thief announces; <see langword="null"/> if it announces none.</param>
internal sealed record StolenSignature(long Replacement, int Life, SessionId? Session = null);

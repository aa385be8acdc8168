namespace E2EKafka.Records;

/// <summary>The payload of a <see cref="RevocationRecord"/>.</summary>
/// <param name="Aud">The project's id.</param>
/// <param name="Revocations">Removed members, each once; 1 to <see cref="RevocationRecord.MaxRevocations"/>.</param>
internal sealed record RevocationClaims(string Aud, IReadOnlyList<Revocation> Revocations);

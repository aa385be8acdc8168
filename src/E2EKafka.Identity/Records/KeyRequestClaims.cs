namespace E2EKafka.Records;

/// <summary>A member's request for the keys of announced sessions that it holds no key of.</summary>
/// <param name="Aud">The project's id.</param>
/// <param name="Sub">The asking member's identifier.</param>
/// <param name="Iat">When, in Unix seconds.</param>
/// <param name="Package">The id of the key package to seal to.</param>
/// <param name="Attempt">How often it has asked for these sessions, this time included: 1 to 64.</param>
/// <param name="Sessions">The sessions; at most <see cref="SessionStatement.MaxInRecord"/>.</param>
internal sealed record KeyRequestClaims(string Aud, string Sub, long Iat, string Package, int Attempt, IReadOnlyList<SessionName> Sessions);

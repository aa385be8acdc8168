using E2EKafka.Sessions;

namespace E2EKafka.Records;

/// <summary>A member's plea for the keys of announced sessions that it holds no key of.</summary>
/// <param name="Aud">The project's id.</param>
/// <param name="Sub">The asking member's identifier.</param>
/// <param name="Iat">When, in Unix seconds.</param>
/// <param name="Topic">The sessions' topic.</param>
/// <param name="Sessions">The sessions' ids, 16 bytes each; at most <see cref="KeyRequest.MaxSessions"/>.</param>
/// <param name="Credential">The asking member's credential.</param>
internal sealed record KeyRequestClaims(string Aud, string Sub, long Iat, string Topic, IReadOnlyList<byte[]> Sessions, string Credential);
